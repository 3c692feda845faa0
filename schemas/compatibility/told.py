"""A public topic's change is told to those who read it by a revision, which catalogue and client's version show."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from schemas.compatibility.verdict import Difference, First, Verdict
from schemas.contract import Contract, Contracts


def untold(before: Contract | None, after: Contract, old: Contracts) -> Iterator[Difference]:
    """What is wrong when the topic promises something else and no new revision says so. Pure.

    A revision is new when the topic did not have it, and must not be older than the newest of the whole register at
    ``old``: the client's version is that day, and would stay the same.
    """
    if not after.public or (before is not None and _promises(before, after) == before):
        return
    known = () if before is None else before.revisions
    days = [on for on, text in after.revisions if (on, text) not in known]
    newest = max((on for each in old.topics.values() for on, _ in each.revisions), default=date.min)
    say = partial(
        Difference,
        topic=after.name,
        verdict=Verdict.UNTOLD,
        first=First.EITHER,
        why="the catalogue's change log, the AsyncAPI document and the client's version come from revisions: "
        "without one, readers get another contract under the same version",
    )
    if not days:
        what = "it was added without a first revision" if before is None else "it changed, and no new revision says how"
        yield say(what=what, remedy="Add a Revision, with the day and what changed, to the topic's `revisions`.")
    elif max(days) < newest:
        yield say(
            what=f"its new revision is dated {max(days)}, before the register's newest, {newest}",
            remedy=f"Date it {newest} or later.",
        )


def _promises(before: Contract, after: Contract) -> Contract:
    """``after``, but for what no reader depends on."""
    return replace(
        after,
        description=before.description,
        owner=before.owner,
        producers=before.producers,
        consumers=before.consumers,
        revisions=before.revisions,
    )
