"""A topic's beginning and end: declared, deprecated by a sunset day, removed when nobody consumes it any more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from schemas.compatibility.readers import Readers
from schemas.compatibility.verdict import Difference, First, Verdict
from schemas.contract import Contract, Contracts

NOTICE = timedelta(days=30)
"""How long before its sunset a public topic is declared deprecated, and how long ago a consumer may have committed."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer group that counts as consuming a topic; ``because`` is a clause that says why."""

    group: str
    because: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the broker says of who consumes a topic. ``blind`` is a sentence when it cannot tell for all of 30 days."""

    consumers: tuple[Consumer, ...] = ()
    blind: str = ""


def removal(old: Contract, readers: Readers, usage: Usage | None, today: date) -> Difference:
    """Whether the topic may go: its sunset was declared and is past, and nobody subscribes or consumes.

    ``usage`` of ``None`` means that the broker was not asked: then it may not go. Pure.
    """
    reasons, breaks = [], list(readers.teams(None, still=True))
    if old.sunset is None:
        reasons.append("its sunset was never declared")
    elif today <= old.sunset:
        reasons.append(f"its sunset is {old.sunset.isoformat()}, which is not past")
    reasons += [f"{team} subscribes to it" for team in breaks]
    if usage is None:
        reasons.append("the broker was not asked who consumes it (--broker)")
    else:
        breaks += [consumer.group for consumer in usage.consumers]
        reasons += [f"the group {consumer.group} {consumer.because}" for consumer in usage.consumers]
        reasons += [usage.blind] if usage.blind else []
    say = partial(Difference, topic=old.name, what="it was removed")
    if not reasons:
        return say(
            verdict=Verdict.NEEDS_ORDER,
            why=f"its sunset {old.sunset} is past and nobody consumed it in the last {NOTICE.days} days: "
            "stop its producers, then delete it at the broker",
            first=First.PRODUCERS,
            breaks=old.producers,
        )
    if not breaks and not usage:
        breaks = list(readers.of(None))
    remedy = "Declare a sunset and a successor first." if old.sunset is None else "Remove it when these are gone."
    return say(
        verdict=Verdict.BREAKING,
        why="; ".join(reasons),
        first=First.CONSUMERS,
        breaks=tuple(breaks),
        remedy=remedy,
    )


def sunset_differences(
    old: Contract | None, new: Contract, register: Contracts, readers: Readers, today: date
) -> Iterator[Difference]:
    """A sunset or a successor declared, moved or withdrawn. Pure."""
    before = None if old is None else old.sunset
    say = partial(Difference, topic=new.name)
    if new.sunset is not None and new.sunset != before:
        what = f"it will end after {new.sunset.isoformat()}" + (f", {new.successor} replaces it" * bool(new.successor))
        sooner = before is None or new.sunset < before
        if new.public and sooner and new.sunset < today + NOTICE:
            yield say(
                what=what,
                verdict=Verdict.BREAKING,
                why=f"those who read it get less than {NOTICE.days} days to move",
                first=First.CONSUMERS,
                breaks=readers.teams(None),
                remedy=f"Set the sunset to {(today + NOTICE).isoformat()} or later.",
            )
        else:
            movers = readers.of(None)
            why = f"it works until then; to move: {', '.join(movers)}" if movers else "it works until then"
            yield say(what=what, verdict=Verdict.COMPATIBLE, why=why, breaks=())
    elif new.sunset is None and before is not None:
        yield say(what=f"its sunset {before.isoformat()} was withdrawn", verdict=Verdict.COMPATIBLE, why="it stays")
    if new.successor is not None and new.successor not in register.topics:
        yield say(
            what=f"its successor is {new.successor}",
            verdict=Verdict.BREAKING,
            why="the register has no topic of that name",
            first=First.PRODUCERS,
            breaks=readers.teams(None),
            remedy="Declare the successor in the same change.",
        )
