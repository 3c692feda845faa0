"""What a record must fulfil beyond its type: checks that every producer runs before a record leaves it. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from schemas.identifiers import is_cnpj, is_gtin

Value = Mapping[str, Any]
FORMATS: Mapping[str, Callable[[str], bool]] = {"cnpj": is_cnpj, "gtin": is_gtin}
"""Formats a field can be held to; those with check digits are checked with them."""


class Rule(ABC):
    """One rule; a null field fulfils any rule about its value."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What names the rule in dead letters and documents: lower case, dots and dashes."""

    @property
    @abstractmethod
    def text(self) -> str:
        """The rule as a sentence."""

    @abstractmethod
    def fulfilled(self, value: Value) -> bool:
        """Whether the record fulfils it."""


@dataclass(frozen=True, slots=True)
class Between(Rule):
    """A number within bounds, both included; ``None`` leaves a side open."""

    field: str
    least: int | Decimal | None = None
    most: int | Decimal | None = None

    @property
    def name(self) -> str:
        return f"{self.field}.range"

    @property
    def text(self) -> str:
        if self.most is None:
            return f"{self.field} is at least {self.least}."
        return (
            f"{self.field} is at most {self.most}."
            if self.least is None
            else (f"{self.field} is between {self.least} and {self.most}.")
        )

    def fulfilled(self, value: Value) -> bool:
        number = value[self.field]
        if number is None:
            return True
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)


@dataclass(frozen=True, slots=True)
class Format(Rule):
    """A text of one of ``FORMATS``, such as ``cnpj``."""

    field: str
    format: str

    @property
    def name(self) -> str:
        return f"{self.field}.{self.format}"

    @property
    def text(self) -> str:
        return f"{self.field} is a valid {self.format.upper()}."

    def fulfilled(self, value: Value) -> bool:
        text = value[self.field]
        return text is None or FORMATS[self.format](text)


@dataclass(frozen=True, slots=True)
class Filled(Rule):
    """A text that is not blank."""

    field: str

    @property
    def name(self) -> str:
        return f"{self.field}.filled"

    @property
    def text(self) -> str:
        return f"{self.field} is not blank."

    def fulfilled(self, value: Value) -> bool:
        text = value[self.field]
        return text is None or bool(text.strip())


@dataclass(frozen=True, slots=True)
class Together(Rule):
    """Fields that are all there, or all null."""

    fields: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{'-'.join(self.fields)}.together"

    @property
    def text(self) -> str:
        return f"{' and '.join(self.fields)} are given together or not at all."

    def fulfilled(self, value: Value) -> bool:
        return len({value[field] is None for field in self.fields}) == 1


@dataclass(frozen=True, slots=True)
class Differ(Rule):
    """Two fields that are not equal: an event says what changed."""

    one: str
    other: str

    @property
    def name(self) -> str:
        return f"{self.one}-{self.other}.differ"

    @property
    def text(self) -> str:
        return f"{self.one} and {self.other} differ."

    def fulfilled(self, value: Value) -> bool:
        return bool(value[self.one] != value[self.other])


def broken(rules: Sequence[Rule], value: Value) -> Rule | None:
    """The first rule the record does not fulfil. Never blocks; a field that is missing raises ``KeyError``."""
    for rule in rules:
        if not rule.fulfilled(value):
            return rule
    return None
