"""A topic's value schema before and after: what changed, whether it may, whom it breaks, who deploys first."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.compatibility.describe import Change, changes
from schemas.compatibility.parse import Schema, parse
from schemas.compatibility.readers import Readers, label, row_path
from schemas.compatibility.resolve import About, Path, Problem, problems
from schemas.compatibility.verdict import Difference, First, Verdict
from schemas.contract import Contract
from schemas.topic import Avro


def schema_differences(
    old: Contract, new: Contract, older: Sequence[Avro], readers: Readers, *, full: bool
) -> list[Difference]:
    """Each change of the schema with its verdict.

    ``full`` is FULL_TRANSITIVE: both directions, against ``older`` (schemas from before the old one) too. Otherwise it
    is BACKWARD: the new schema reads the old one's records; what old readers cannot read needs consumers first. Pure.
    Raises ``SchemaError`` for a schema that is none.
    """
    if old.schema == new.schema:
        return []
    return _Judge(old, new, [parse(schema) for schema in older] if full else [], readers, full).differences()


def refusals(old: Avro, new: Avro, older: Sequence[Avro], *, full: bool) -> list[Problem]:
    """What a schema registry should refuse the new schema for, by our resolver: the rule of ``schema_differences``.

    Empty when the schema is acceptable. Pure. Raises ``SchemaError``.
    """
    after, before = parse(new), parse(old)
    found = problems(after, before)
    if full:
        known = [before, *map(parse, older)]
        found = [problem for schema in known for problem in (*problems(after, schema), *problems(schema, after))]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Judge:
    old: Contract
    new: Contract
    older: Sequence[Schema]
    readers: Readers
    full: bool

    def differences(self) -> list[Difference]:
        before, after = parse(self.old.schema), parse(self.new.schema)
        known = [before, *self.older]
        backward = [problem for schema in known for problem in problems(after, schema)]
        forward = [problem for schema in known for problem in problems(schema, after)]
        found = changes(before, after)
        said = [self._change(change, _about(change, backward), _about(change, forward)) for change in found]
        explained = {(change.path, change.about) for change in found}
        # an older version's problem, whose change was not made now
        for problem in dict.fromkeys((*backward, *forward)):
            if (problem.path, problem.about) not in explained:
                change = Change(problem.path, "does not fit every version", problem.about)
                said.append(self._change(change, _about(change, backward), _about(change, forward)))
        # a captured row stands in the envelope twice
        return list(dict.fromkeys(said))

    def _change(self, change: Change, backward: Sequence[Problem], forward: Sequence[Problem]) -> Difference:
        verdict, first = self._verdict(bool(backward), bool(forward))
        path = row_path(self.new, change.path)
        field = path[0] if path else None
        breaks = self.readers.of(field) if verdict is not Verdict.COMPATIBLE else ()
        why, remedy = _why(backward, forward), ""
        if verdict is Verdict.BREAKING:
            remedy = _remedy(self.new, change, backward, full=self.full)
        elif change.gone is not None and self.readers.of(field):
            return self._gone(change, path, field)
        elif change.about is About.NOTHING:
            why = "no reader depends on it"
        return Difference(
            topic=self.new.name,
            what=f"{label(path)} {change.words}{_read_by(breaks)}",
            verdict=verdict,
            why=why,
            first=first,
            breaks=breaks,
            remedy=remedy,
        )

    def _gone(self, change: Change, path: Path, field: str | None) -> Difference:
        """The schemas fit, but whoever reads the field would silently get its default."""
        still = self.readers.teams(field, still=True)
        breaks = still or self.readers.of(field)
        return Difference(
            topic=self.new.name,
            what=f"{label(path)} {change.words}{_read_by(breaks)}",
            verdict=Verdict.BREAKING if still else Verdict.NEEDS_ORDER,
            why=f"{_names(breaks)} would read nothing there any more",
            first=First.CONSUMERS,
            breaks=breaks,
            remedy="Ask them to stop reading it and to say so in schemas/teams.py." if still else "",
        )

    def _verdict(self, backward: bool, forward: bool) -> tuple[Verdict, First]:
        if not backward and not forward:
            return Verdict.COMPATIBLE, First.EITHER
        first = First.NOBODY if backward and forward else First.PRODUCERS if backward else First.CONSUMERS
        return Verdict.BREAKING if backward or self.full else Verdict.NEEDS_ORDER, first


def _about(change: Change, found: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.path == change.path and problem.about is change.about]


def _why(backward: Sequence[Problem], forward: Sequence[Problem]) -> str:
    parts = []
    if backward:
        parts.append(f"whoever has deployed cannot read earlier records: {backward[0].reason}")
    if forward:
        parts.append(f"whoever has not deployed cannot read later records: {forward[0].reason}")
    return "; ".join(parts) or "earlier and later records are read by those who deployed and those who did not"


def _remedy(new: Contract, change: Change, backward: Sequence[Problem], *, full: bool) -> str:
    if change.about is About.PRESENCE and backward and change.gone is None:
        return "Give the field a default."
    if not full:
        return "Change it in two steps: add the new field with a default, move the readers, then remove the old one."
    return f"Keep it as it was, and publish {next_version(new.name)} for what is new."


def next_version(topic: str) -> str:
    """``orders.placed.v2`` for ``orders.placed.v1``; ``.v2`` is appended to a name without version."""
    stem, _, version = topic.rpartition(".")
    digits = version.removeprefix("v")
    return f"{stem}.v{int(digits) + 1}" if stem and version != digits and digits.isdigit() else f"{topic}.v2"


def _read_by(names: Sequence[str]) -> str:
    return f", which {_names(names)} read{'s' if len(names) == 1 else ''}" if names else ""


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
