"""Two registers compared: every difference of every topic, with its verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from schemas.compatibility.attributes import attribute_differences
from schemas.compatibility.evolution import schema_differences
from schemas.compatibility.guarantees import guarantee_differences
from schemas.compatibility.lifecycle import Usage, removal, sunset_differences
from schemas.compatibility.parse import parse
from schemas.compatibility.readers import Readers, readers
from schemas.compatibility.subscribed import subscription_differences, unknown_topic
from schemas.compatibility.told import untold
from schemas.compatibility.verdict import Difference, Verdict, worst
from schemas.contract import Contract, Contracts


@dataclass(frozen=True, slots=True)
class Compared:
    """One topic's differences, in the order in which they are told; ``level`` is the rule its schema is held to."""

    topic: str
    visibility: str
    level: str
    differences: tuple[Difference, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its differences."""
        return worst(self.differences)


def compare(
    old: Contracts, new: Contracts, *, today: date, usage: Mapping[str, Usage] | None = None
) -> tuple[Compared, ...]:
    """The topics that differ, by name, each with all its differences; empty when nothing changed.

    ``usage`` says by topic who consumes it at the broker; ``None`` when the broker was not asked, and then no topic may
    be removed. Of an old register with ``schemas_only`` nothing but schemas and removals are compared. Pure. Raises
    ``SchemaError`` for a schema that is none.
    """
    both = _Both(old, new, today)
    names = old.topics.keys() | new.topics.keys() | {each.topic for each in new.subscriptions}
    found = [both.topic(name, None if usage is None else usage.get(name, Usage())) for name in sorted(names)]
    return tuple(each for each in found if each.differences)


@dataclass(frozen=True, slots=True)
class _Both:
    old: Contracts
    new: Contracts
    today: date

    def topic(self, name: str, usage: Usage | None) -> Compared:
        before, after = self.old.topics.get(name), self.new.topics.get(name)
        # a topic that was public is held to what it promised
        public = any(contract is not None and contract.public for contract in (before, after))
        level = "FULL_TRANSITIVE" if public else "BACKWARD"
        who = readers(self.old, self.new, name)
        visibility = (after or before or Contract(name=name, schema={})).visibility
        if after is not None:
            differences = tuple(self._kept(before, after, who, full=public))
            # what is refused for good needs no words for readers
            if worst(differences) is not Verdict.BREAKING and not self.old.schemas_only:
                differences += tuple(untold(before, after, self.old))
        elif before is not None:
            differences = (removal(before, who, usage, self.today),)
        else:
            differences = tuple(unknown_topic(name, who))
        return Compared(name, visibility, level, differences)

    def _kept(self, before: Contract | None, after: Contract, who: Readers, *, full: bool) -> Iterator[Difference]:
        if before is None:
            parse(after.schema)
            yield Difference(
                topic=after.name, what="it was added", verdict=Verdict.COMPATIBLE, why="nobody reads it yet"
            )
        else:
            yield from schema_differences(before, after, self.old.history.get(after.name, ()), who, full=full)
        if self.old.schemas_only:
            return
        if before is not None:
            yield from attribute_differences(before, after, who)
            yield from guarantee_differences(before, after, who)
        yield from sunset_differences(before, after, self.new, who, self.today)
        yield from subscription_differences(self.old, self.new, after)
