"""Whether a reader's schema can read every record of a writer's: Avro 1.12's schema resolution, decided beforehand.

Source: https://avro.apache.org/docs/1.12.0/specification/#schema-resolution. It is stricter where the specification
lets a record through whose value would be wrong or could not be decoded:

- What a number stands for must be the same: ``timestamp-millis`` is no ``timestamp-micros``, a decimal keeps its
  precision and scale (the specification says so of decimals only), Debezium's semantic types (``connect.name``) too.
- ``bytes`` cannot be read as ``string``: not all bytes are UTF-8.
- A record of the writer's may not hold both a field and a field that is the reader's alias of it: libraries differ.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.compatibility.defaults import usable
from schemas.compatibility.parse import Field, Node, Schema

Path = tuple[str, ...]
_NAMED = ("record", "enum", "fixed")
PROMOTIONS = {
    ("int", "long"),
    ("int", "float"),
    ("int", "double"),
    ("long", "float"),
    ("long", "double"),
    ("float", "double"),
    ("string", "bytes"),
    ("bytes", "string"),
}
"""(writer, reader): what the specification lets a reader read as another type."""


class About(enum.Enum):
    """What a problem, or a change, is about; a change explains the problems about the same thing at its path."""

    TYPE = "type"
    PRESENCE = "presence"
    SYMBOLS = "symbols"
    NOTHING = "nothing that a reader depends on"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why records cannot be read; ``path`` are the fields' names, ``[]`` for an array's item, ``{}`` for a map's."""

    path: Path
    reason: str
    about: About = About.TYPE


def problems(reader: Schema, writer: Schema) -> list[Problem]:
    """Everything that stops the reader's schema from reading the writer's records; empty when it reads all. Pure."""
    found = _Resolver(reader, writer).check(reader.root, writer.root, (), frozenset())
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Resolver:
    reader: Schema
    writer: Schema

    def check(self, r: Node, w: Node, path: Path, busy: frozenset[tuple[str, str]]) -> list[Problem]:
        r, w = self.reader.node(r), self.writer.node(w)
        if w.kind == "union":
            return [problem for arm in w.arms for problem in self.check(r, arm, path, busy)]
        if r.kind == "union":
            return self._union(r, w, path, busy)
        if not matches(r, w):
            return [Problem(path, f"{w} is written and cannot be read as {r}")]
        if (w.kind, r.kind) == ("bytes", "string"):
            return [Problem(path, "bytes are written and only those that are UTF-8 can be read as string")]
        if r.meaning != w.meaning:
            return [Problem(path, f"{_meant(w)} is written and would be read as {_meant(r)}")]
        if r.kind == "record":
            pair = (r.name, w.name)
            return [] if pair in busy else list(self._record(r, w, path, busy | {pair}))
        if r.kind == "enum":
            return self._enum(r, w, path)
        if r.kind in ("array", "map"):
            return self.check(r.arms[0], w.arms[0], (*path, "[]" if r.kind == "array" else "{}"), busy)
        return []

    def _union(self, r: Node, w: Node, path: Path, busy: frozenset[tuple[str, str]]) -> list[Problem]:
        """The branch of the writer's type (its full name before others); else the first that can be promoted."""
        arms = [arm for arm in map(self.reader.node, r.arms) if matches(arm, w)]
        if not arms:
            return [Problem(path, f"{w} is written and the reader expects {r}")]
        chosen = min(arms, key=lambda arm: (arm.kind != w.kind, arm.name != w.name))
        return self.check(chosen, w, path, busy)

    def _enum(self, r: Node, w: Node, path: Path) -> list[Problem]:
        strange = [symbol for symbol in w.symbols if symbol not in r.symbols]
        if not strange or r.default in r.symbols:
            return []
        return [Problem(path, f"the reader does not know {listed(strange)} and has no default symbol", About.SYMBOLS)]

    def _record(self, r: Node, w: Node, path: Path, busy: frozenset[tuple[str, str]]) -> Iterator[Problem]:
        written = {field.name: field for field in w.fields}
        own = {field.name for field in r.fields}
        for field in r.fields:
            at = (*path, field.name)
            aliased = [written[alias] for alias in field.aliases if alias in written and alias not in own]
            if aliased and field.name in written:
                yield Problem(at, f"both {field.name} and its alias {aliased[0].name} are written", About.PRESENCE)
            source: Field | None = written.get(field.name) or (aliased[0] if aliased else None)
            if source is not None:
                yield from self.check(field.node, source.node, at, busy)
            elif not usable(self.reader, field.node, field.default):
                yield Problem(at, "it is not written and the reader has no default for it", About.PRESENCE)


def matches(r: Node, w: Node) -> bool:
    """Whether the two types match at their surface: the same type (and name), or one that can be promoted. Pure."""
    if r.kind != w.kind:
        return (w.kind, r.kind) in PROMOTIONS
    if r.kind in _NAMED:
        return (r.short == w.short or w.name in r.aliases) and r.size == w.size
    return True


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``, each in backquotes."""
    marked = [f"`{word}`" for word in words]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"


def _meant(node: Node) -> str:
    return node.meaning or f"a plain {node.kind}"
