"""Stopping one partition, in words, while the others go on."""

RUNBOOK = "docs/runbooks/breaking-schema-change.md"
SCHEMA, TABLE_MISSING, ROWS_MISSING, CREDENTIALS = "schema", "table-missing", "rows-missing", "credentials"
NOT_REDRIVEN = "not-redriven"
"""Why a partition halts: the gauge's label, from which ``balcao status`` makes its sentence."""
HALTED = "halted at "
"""How the ``doing`` of a halted partition begins."""


class Halt(Exception):  # noqa: N818 - a state that a person or time ends, not an error of a record
    """The partition stops before ``offset``: the record and all after it stay uncommitted, nothing is lost.

    It is tried again every ``retry_seconds``. ``sentence`` says what happened; it may not quote a value. One that is
    ``passing`` ends by itself, and is no alarm. ``cause`` is one of the constants above.
    """

    def __init__(
        self, sentence: str, offset: int, *, retry_seconds: float = 60.0, passing: bool = False, cause: str = SCHEMA
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.offset = offset
        self.retry_seconds = retry_seconds
        self.passing = passing
        self.cause = cause

    def __str__(self) -> str:
        return f"{self.offset}: {self.sentence}"
