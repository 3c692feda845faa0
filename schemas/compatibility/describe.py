"""What changed between two schemas, in words; whether it may is for the resolver to say."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.compatibility.parse import ABSENT, Field, Node, Schema
from schemas.compatibility.resolve import PROMOTIONS, About, Path, listed, matches

_RECORDS = ("record", "enum", "fixed")


@dataclass(frozen=True, slots=True)
class Change:
    """One change at a path. ``words`` follow the field's name: "gained the symbol `lost`".

    ``gone`` is the field that readers cannot use any more; ``about`` joins a change with the resolver's problems.
    """

    path: Path
    words: str
    about: About = About.TYPE
    gone: Path | None = None


def changes(old: Schema, new: Schema) -> list[Change]:
    """Every difference, outermost first, in the order of the old schema's fields. Pure."""
    return list(dict.fromkeys(_Walk(old, new).types(old.root, new.root, (), frozenset())))


@dataclass(frozen=True, slots=True)
class _Walk:
    old: Schema
    new: Schema

    def types(self, old: Node, new: Node, path: Path, busy: frozenset[tuple[str, str]]) -> Iterator[Change]:
        old, new = self.old.node(old), self.new.node(new)
        if "union" in (old.kind, new.kind):
            yield from self._unions(old, new, path, busy)
        elif old.kind != new.kind:
            yield Change(path, _retyped(old, new))
        elif old.meaning != new.meaning:
            yield Change(path, _meant(old, new))
        elif old.kind in _RECORDS:
            yield from self._named(old, new, path, busy)
        elif old.kind in ("array", "map"):
            mark = "[]" if old.kind == "array" else "{}"
            yield from self.types(old.arms[0], new.arms[0], (*path, mark), busy)

    def _named(self, old: Node, new: Node, path: Path, busy: frozenset[tuple[str, str]]) -> Iterator[Change]:
        if old.short != new.short:
            yield Change(path, f"calls its type {new.short}, which was {old.short}")
        elif old.name != new.name:
            yield Change(path, f"has its type in the namespace {new.name.rpartition('.')[0]}", About.NOTHING)
        if added := [alias for alias in new.aliases if alias not in old.aliases]:
            yield Change(path, f"gained the type alias {listed(added)}", About.NOTHING)
        if old.doc != new.doc:
            yield Change(path, "has a type that is documented in other words", About.NOTHING)
        if old.kind == "fixed" and old.size != new.size:
            yield Change(path, f"has {new.size} bytes instead of {old.size}")
        if old.kind == "enum":
            yield from _symbols(old, new, path)
        if old.kind == "record" and (pair := (old.name, new.name)) not in busy:
            yield from self._fields(old, new, path, busy | {pair})

    def _fields(self, old: Node, new: Node, path: Path, busy: frozenset[tuple[str, str]]) -> Iterator[Change]:
        after = {field.name: field for field in new.fields}
        before = {field.name for field in old.fields}
        renamed = {alias: field for field in new.fields if field.name not in before for alias in field.aliases}
        for field in old.fields:
            at = (*path, field.name)
            if field.name in after:
                yield from self._field(field, after[field.name], path, busy)
            elif field.name in renamed:
                to = renamed[field.name]
                yield Change(at, f"is called `{to.name}` now, with its old name as an alias", About.PRESENCE, at)
                yield from self._field(field, to, path, busy)
            else:
                yield Change(at, "was removed", About.PRESENCE, at)
        for field in new.fields:
            if field.name not in before and not any(alias in before - after.keys() for alias in field.aliases):
                words = "a required field" if field.default is ABSENT else f"a field with the default {_shown(field)}"
                yield Change((*path, field.name), f"was added as {words}", About.PRESENCE)
        kept = [field.name for field in old.fields if field.name in after]
        if kept != [field.name for field in new.fields if field.name in before]:
            yield Change(path, "has its fields in another order", About.NOTHING)

    def _field(self, old: Field, new: Field, path: Path, busy: frozenset[tuple[str, str]]) -> Iterator[Change]:
        at = (*path, new.name)
        yield from self.types(old.node, new.node, at, busy)
        if old.default is not ABSENT and new.default is ABSENT:
            yield Change(at, f"lost its default {_shown(old)}", About.PRESENCE)
        elif old.default is ABSENT and new.default is not ABSENT:
            yield Change(at, f"gained the default {_shown(new)}", About.NOTHING)
        elif old.default != new.default:
            yield Change(at, f"has the default {_shown(new)} instead of {_shown(old)}", About.NOTHING)
        if old.doc != new.doc:
            yield Change(at, "is documented in other words", About.NOTHING)
        if old.name == new.name and (added := [alias for alias in new.aliases if alias not in old.aliases]):
            yield Change(at, f"gained the alias {listed(added)}", About.NOTHING)

    def _unions(self, old: Node, new: Node, path: Path, busy: frozenset[tuple[str, str]]) -> Iterator[Change]:
        before = [self.old.node(arm) for arm in (old.arms if old.kind == "union" else (old,))]
        after = [self.new.node(arm) for arm in (new.arms if new.kind == "union" else (new,))]
        kept = [(b, a) for b in before for a in after if b.kind == a.kind and matches(a, b)]
        lost = [b for b in before if all(b is not each for each, _ in kept)]
        gained = [a for a in after if all(a is not each for _, each in kept)]
        # one type of each side without a partner, null apart: it was retyped
        pair = ([b for b in lost if b.kind != "null"], [a for a in gained if a.kind != "null"])
        if len(pair[0]) == len(pair[1]) == 1:
            kept.append((pair[0][0], pair[1][0]))
            lost, gained = ([each for each in side if each.kind == "null"] for side in (lost, gained))
        for each in gained:
            yield Change(path, "may be null now" if each.kind == "null" else f"may hold {each} now")
        for each in lost:
            yield Change(path, "may not be null any more" if each.kind == "null" else f"may not hold {each} any more")
        if old.kind == new.kind and not (lost or gained) and [b.kind for b in before] != [a.kind for a in after]:
            yield Change(path, "has the branches of its union in another order", About.NOTHING)
        for b, a in kept:
            yield from self.types(b, a, path, busy)


def _symbols(old: Node, new: Node, path: Path) -> Iterator[Change]:
    gained = [symbol for symbol in new.symbols if symbol not in old.symbols]
    lost = [symbol for symbol in old.symbols if symbol not in new.symbols]
    # whoever does not know a symbol reads it as its own default
    for symbols, verb, default in ((gained, "gained", old.default), (lost, "lost", new.default)):
        if symbols:
            plural, strangers = "s" if len(symbols) > 1 else "", f" (`{default}` to those who do not know it)"
            yield Change(path, f"{verb} the symbol{plural} {listed(symbols)}{strangers * bool(default)}", About.SYMBOLS)
    if old.default != new.default:
        words = (
            f"reads unknown symbols as `{new.default}`" if new.default else "has no symbol for unknown ones any more"
        )
        yield Change(path, words, About.SYMBOLS)
    if not gained and not lost and old.symbols != new.symbols:
        yield Change(path, "has its symbols in another order", About.NOTHING)


def _retyped(old: Node, new: Node) -> str:
    numbers = old.meaning is new.meaning is None and not {"string", "bytes"} & {old.kind, new.kind}
    if numbers and (old.kind, new.kind) in PROMOTIONS:
        return f"was widened from {old} to {new}"
    if numbers and (new.kind, old.kind) in PROMOTIONS:
        return f"was narrowed from {old} to {new}"
    return f"became {new}, which was {old}"


def _meant(old: Node, new: Node) -> str:
    return f"became {new.meaning or f'a plain {new.kind}'}, which was {old.meaning or f'a plain {old.kind}'}"


def _shown(field: Field) -> str:
    return "null" if field.default is None else f"`{field.default}`"
