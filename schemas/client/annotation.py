"""A register's annotation as the client's Python type, with what it needs around it. Pure."""

import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, is_typeddict

from schemas.avro import is_optional, required, split

_PLAIN = {str: "str", int: "int", float: "float", bool: "bool", bytes: "bytes"}
_IMPORTED = {datetime: "datetime", date: "datetime", Decimal: "decimal"}


@dataclass
class Needs:
    """What a module's annotations need: imported names by module, named literals, and nested record types."""

    imports: dict[str, set[str]] = field(default_factory=dict)
    literals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nested: dict[str, type] = field(default_factory=dict)

    def add_import(self, module: str, name: str) -> None:
        """The module imports that name."""
        self.imports.setdefault(module, set()).add(name)


def annotation(cls: type, name: str, hint: Any, needs: Needs) -> str:
    """The Python type of a field; what it needs is added to ``needs``.

    Lists become tuples: a record is frozen through and through. Raises ``TypeError`` for a type the client has no
    word for.
    """
    inner, _ = split(hint)
    if is_optional(inner):
        return f"{annotation(cls, name, required(inner), needs)} | None"
    if inner in _PLAIN:
        return _PLAIN[inner]
    if inner in _IMPORTED:
        needs.add_import(_IMPORTED[inner], inner.__name__)
        return str(inner.__name__)
    origin = get_origin(inner)
    if origin is Literal:
        return _literal(cls, name, inner, needs)
    if origin is list:
        return f"tuple[{annotation(cls, name, get_args(inner)[0], needs)}, ...]"
    if origin is dict:
        needs.add_import("collections.abc", "Mapping")
        return f"Mapping[str, {annotation(cls, name, get_args(inner)[1], needs)}]"
    if is_typeddict(inner):
        needs.nested[inner.__name__] = inner
        return str(inner.__name__)
    raise TypeError(f"{cls.__name__}.{name}: the client has no type for {inner!r}")


def _literal(cls: type, name: str, literal: Any, needs: Needs) -> str:
    """The literal's own name in the register; one without a name is called after its record and field."""
    module = vars(sys.modules[cls.__module__])
    alias = next(
        (known for known, value in module.items() if value == literal and not known.startswith("_")),
        cls.__name__ + "".join(part.title() for part in name.split("_")),
    )
    symbols = get_args(literal)
    if needs.literals.setdefault(alias, symbols) != symbols:
        raise ValueError(f"{cls.__name__}.{name}: the name {alias} already stands for other symbols")
    needs.add_import("typing", "Literal")
    return alias
