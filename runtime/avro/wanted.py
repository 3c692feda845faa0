"""Which fields of a record somebody reads."""

Wanted = frozenset[str] | None
"""Paths of fields, ``after.price``; ``None`` for all. A path to a record wants all of it."""
