"""The judgement: what must hold at the end of a seed, whatever happened in it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.faults.changes import Change
from tests.faults.facts import Facts, Place

Letter = tuple[str, str, int, int, str]
_SHOWN = 3


def judge(
    facts: Facts, made: Iterable[Change], letters: set[Letter], group: str, *, lost: range = range(0)
) -> list[str]:
    """A sentence for each thing that is not as it must be; none when all is well.

    ``letters`` are those that must be there, ``group`` is the warehouse sink's. Changes numbered within ``lost`` may
    have no event of their own: PostgreSQL had forgotten them.
    """
    return [
        *_once(facts, {(topic, number, offset) for who, topic, number, offset, _ in letters if who == group}),
        *_captured(facts, made, lost),
        *_current(facts),
        *_index(facts),
        *_letters(facts.letters, letters),
        *facts.back,
    ]


def _once(facts: Facts, dead: set[tuple[str, int, int]]) -> Iterator[str]:
    """The history has each record of the topics once, but for those in the dead letters, and nothing else."""
    bad = {(topic.rpartition(".")[2], number, offset) for topic, number, offset in dead}
    wanted = set(facts.topic) - bad
    found = Counter(place for place, _, _ in facts.history)
    twice = sorted(place for place, times in found.items() if times > 1)
    yield from _some("the history has more than once", twice)
    yield from _some("the history lacks", sorted(wanted - set(found)))
    yield from _some("the history has what is in no topic", sorted(set(found) - wanted))
    other: list[Place] = []
    for place, lsn, op in facts.history:
        event = facts.topic.get(place)
        if event is not None and (event.lsn, event.op) != (lsn, op):
            other.append(place)
    yield from _some("the history has another version or operation than the topic at", other)


def _captured(facts: Facts, made: Iterable[Change], lost: range) -> Iterator[str]:
    """Every committed change is in the topics, at least once."""
    there = {(place[0], event.key, event.number) for place, event in facts.topic.items() if event is not None}
    wanted = [(table, key, change.number) for change in made for table, key in change.leaves]
    missing = [each for each in wanted if each not in there and each[2] not in lost]
    yield from _some("the topics lack the changes", missing)


def _current(facts: Facts) -> Iterator[str]:
    """The newest state is the source's, row by row and column by column."""
    for table, source in facts.source.items():
        rows = facts.current[table]
        keys = Counter(key for key, _ in rows)
        yield from _some(f"{table}_current has more than once", sorted(k for k, n in keys.items() if n > 1))
        yield from _some(f"{table}_current lacks", sorted(set(source) - set(keys)))
        yield from _some(f"{table}_current still has", sorted(set(keys) - set(source)))
        other = [f"{key}: {_difference(row, source[key])}" for key, row in rows if key in source and row != source[key]]
        yield from _some(f"{table}_current is another than the source at", other)


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {found.get(name)!r} for {value!r}" for name, value in wanted.items() if found.get(name) != value
    )


def _index(facts: Facts) -> Iterator[str]:
    """The index's living points are the products, as the source has them."""
    yield from _some("the index lacks the products", sorted(set(facts.documents) - set(facts.points)))
    yield from _some("the index still has the products", sorted(set(facts.points) - set(facts.documents)))
    for product in sorted(set(facts.points) & set(facts.documents)):
        if facts.points[product] != facts.documents[product]:
            yield f"product {product} in the index: {_difference(facts.points[product], facts.documents[product])}"


def _letters(found: set[Letter], wanted: set[Letter]) -> Iterator[str]:
    """The dead letters are those of the poison records, with their causes, and no other."""
    yield from _some("no dead letter of", sorted(wanted - found))
    yield from _some("dead letters that should not be there:", sorted(found - wanted))


def _some(what: str, which: Iterable[Any]) -> Iterator[str]:
    found = list(which)
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield f"{what} {', '.join(str(each) for each in found[:_SHOWN])}{more}"
