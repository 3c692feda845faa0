"""What a topic promises beside its schema: key, partitions, retention, cleanup, visibility, owner, stations."""

from collections.abc import Iterator
from functools import partial

from schemas.compatibility.evolution import next_version
from schemas.compatibility.readers import Readers
from schemas.compatibility.verdict import Difference, First, Verdict
from schemas.contract import DAY_MS, Contract


def attribute_differences(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    """Each changed attribute with its verdict. Pure."""
    yield from _key(old, new, readers)
    yield from _partitions(old, new, readers)
    yield from _retention(old, new, readers)
    yield from _cleanup(old, new, readers)
    yield from _visibility(old, new, readers)
    yield from _words(old, new)


def _breaking(new: Contract, what: str, why: str, readers: Readers) -> Difference:
    return Difference(
        topic=new.name,
        what=what,
        verdict=Verdict.BREAKING,
        why=why,
        first=First.NOBODY,
        breaks=readers.of(None),
        remedy=f"Declare {next_version(new.name)}, let the readers move, then sunset this topic.",
    )


def _key(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    if old.key != new.key:
        what = f"keys are {new.key} instead of {old.key}"
        yield _breaking(new, what, "readers cannot decode the keys, and a key moves to another partition", readers)


def _partitions(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    if old.partitions == new.partitions:
        return
    what = f"it has {new.partitions} partitions instead of {old.partitions}"
    fewer = new.partitions < old.partitions
    why = "a broker cannot take partitions away" if fewer else "keys move to other partitions and lose their order"
    yield _breaking(new, what, why, readers)


def _retention(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    if old.retention_ms == new.retention_ms:
        return
    longer = new.retention_ms == -1 or (old.retention_ms != -1 and new.retention_ms > old.retention_ms)
    say = partial(
        Difference,
        topic=new.name,
        what=f"records are kept {_kept(new.retention_ms)} instead of {_kept(old.retention_ms)}",
    )
    if longer:
        personal = f", and so is what is personal in them ({', '.join(new.personal)})" if new.personal else ""
        yield say(verdict=Verdict.COMPATIBLE, why=f"records are only kept longer{personal}")
    elif new.public:
        yield say(
            verdict=Verdict.BREAKING,
            why="a reader that counts on the promised time to catch up or to read again would miss records",
            first=First.CONSUMERS,
            breaks=readers.of(None),
            remedy=f"Keep the retention, or declare {next_version(new.name)}.",
        )
    else:
        yield say(
            verdict=Verdict.NEEDS_ORDER,
            why="records that a station has not read yet would be deleted: let every reader catch up before",
            first=First.CONSUMERS,
            breaks=readers.of(None),
        )


def _kept(milliseconds: int) -> str:
    if milliseconds == -1:
        return "for ever"
    days = milliseconds / DAY_MS
    return f"{days:g} day{'' if days == 1 else 's'}"


def _cleanup(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    if old.cleanup != new.cleanup:
        compacted = new.cleanup == "compact"
        why = "only each key's newest record stays" if compacted else "a key's newest record goes with time"
        yield _breaking(new, f"its cleanup policy is {new.cleanup} instead of {old.cleanup}", why, readers)


def _visibility(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    if old.public and not new.public:
        yield Difference(
            topic=new.name,
            what="it is internal instead of public",
            verdict=Verdict.BREAKING,
            why="other teams lose a topic that they may read",
            first=First.CONSUMERS,
            breaks=readers.teams(None),
            remedy="Declare a sunset and a successor; remove the topic after it.",
        )
    elif new.public and not old.public:
        why = "other teams may read it from now on, and it is held to FULL_TRANSITIVE"
        yield Difference(topic=new.name, what="it is public instead of internal", verdict=Verdict.COMPATIBLE, why=why)


def _words(old: Contract, new: Contract) -> Iterator[Difference]:
    say = partial(Difference, topic=new.name, verdict=Verdict.COMPATIBLE)
    if old.owner != new.owner:
        yield say(what=f"its owner is {new.owner} instead of {old.owner}", why="readers ask another team")
    if old.description != new.description:
        yield say(what="it is described in other words", why="no reader depends on it")
    for role, before, after in (
        ("producer", old.producers, new.producers),
        ("consumer", old.consumers, new.consumers),
    ):
        for name in after:
            if name not in before:
                yield say(what=f"it gained the {role} {name}", why="the records' promises stay the same")
        for name in before:
            if name not in after:
                yield say(what=f"it lost the {role} {name}", why="the records' promises stay the same")
    if added := [text for on, text in new.revisions if (on, text) not in old.revisions]:
        yield say(what=f"its history says: {' '.join(added)}", why="no reader depends on it")
