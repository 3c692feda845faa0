"""The page of guarantees: made of the recorded results, and of nothing else. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.schedule import Kind

_GUARANTEES = (
    (
        "Every committed change arrives.",
        "The writer numbers its transactions and keeps a ledger in the same transaction; each number must be found in"
        " the topic of its table. Changes between the last position of a lost slot and the new snapshot have no event:"
        " there the source's state is what arrives.",
        "changes",
    ),
    (
        "The history in BigQuery has every record once.",
        "The (partition, offset) pairs of each history table are compared with the whole topic: no pair twice, none"
        " missing but those in the dead letters, each with the topic's version and operation.",
        "history_rows",
    ),
    (
        "The newest state is the source's.",
        "Each view is compared with its PostgreSQL table, row by row and column by column, after inserts, updates,"
        " deletes and changed keys.",
        "events",
    ),
    (
        "The vector index is the source's.",
        "The payload of each living point is compared with the document made of the source's rows; no other lives.",
        "events",
    ),
    (
        "No row goes back.",
        "The views and the points are read all the time while faults strike: no key ever shows an older version, and"
        " one that was deleted comes back only with a newer one.",
        "looks_from_the_side",
    ),
    (
        "Everything is accounted for.",
        "Each poison record is in the dead letters of each group that met it, with its cause; nothing else is there. At"
        " the end the slot has confirmed the log's end and each group has committed its topics' ends.",
        "dead_letters",
    ),
)
_SHOWN = {
    "changes": "changes",
    "events": "records in topics",
    "history_rows": "rows of history",
    "looks_from_the_side": "looks from the side",
    "dead_letters": "dead letters",
}


def render(results: Mapping[str, Any]) -> str:
    """The page."""
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    seeds = list(results["seeds"].values())
    total = Counter[str]()
    for one in seeds:
        total.update(one["counts"])
    bad = [one for one in seeds if one["wrong"]]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    yield "# What is guaranteed, and how it is proven"
    yield ""
    yield "Written by `make faults` from its last recorded run (`tests/faults/results.json`); not by hand."
    yield ""
    days = " and ".join(sorted({one["date"] for one in seeds}))
    commits = " and ".join(sorted({one["commit"] for one in seeds}))
    yield f"{len(seeds)} seeds, played on {days} at commit {commits}, on {results['machine']}."
    yield f"With {versions}."
    yield ""
    yield (
        f"**{len(seeds) - len(bad)} of {len(seeds)} held.** Together: {total['changes']:,} transactions became"
        f" {total['events']:,} records, {total['events_repeated_by_the_connector']:,} of them sent again by the"
        f" connector; {total['process_starts']:,} starts of stations, {total['commits_in_doubt']:,} commits"
        " whose answer was lost."
    )
    yield ""
    yield "| guarantee | how it is proven, at the end of every seed | counted |"
    yield "|---|---|---|"
    for guarantee, proof, count in _GUARANTEES:
        yield f"| **{guarantee}** | {proof} | {total[count]:,} {_SHOWN[count]} |"
    yield ""
    yield "## What was done to it"
    yield ""
    yield (
        "Each seed is a schedule of three faults on the real local stack while a writer inserts, updates, deletes and"
        " changes keys; the same seed is the same schedule."
    )
    yield ""
    yield "| fault | seeds | held |"
    yield "|---|---|---|"
    struck = Counter(name for one in seeds for name in one["kinds"])
    held = Counter(name for one in seeds if not one["wrong"] for name in one["kinds"])
    for kind in Kind:
        places = ", ".join(str(one["seed"]) for one in seeds if kind.name in one["kinds"]) or "not played yet"
        result = f"{held[kind.name]} of {struck[kind.name]}" if struck[kind.name] else ""
        yield f"| {kind} | {places} | {result} |"
    yield ""
    yield "## The seeds"
    yield ""
    yield "`make faults SEEDS=1 FIRST=n` plays seed n again. A plus sign: changes that were committed later took part."
    yield ""
    yield "| seed | commit | records | rows of history | dead letters | starts of stations | looks | seconds | held |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in seeds:
        counts = Counter(one["counts"])
        figures = ("events", "history_rows", "dead_letters", "process_starts", "looks_from_the_side")
        shown = " | ".join(str(counts[name]) for name in figures)
        held_it = "**no**" if one["wrong"] else "yes"
        yield f"| {one['seed']} | {one['commit']} | {shown} | {one['seconds']:.0f} | {held_it} |"
    for one in bad:
        yield ""
        yield f"Seed {one['seed']} did not hold: {'; '.join(one['wrong'])}."
