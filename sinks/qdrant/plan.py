"""What to do with a batch, decided before anything is written. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runtime.errors import BadRecord
from runtime.product_points import PointState, ProductPayload
from runtime.records import Record
from sinks.qdrant.documents import point_state, product_payload
from sinks.qdrant.guard import newer


class Stored(PointState, total=False):
    """The part of a stored point's payload that decides; a tombstone has no ``text_hash``."""

    text_hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """The newest state of one product in a batch. ``text`` and ``payload`` are ``None`` for a deleted one."""

    state: PointState
    text: str | None
    payload: ProductPayload | None


@dataclass(frozen=True, slots=True)
class Plan:
    """``embed``: new text, whole point. ``keep_vectors``: same text, new payload. ``bury``: tombstone.

    What is stored already or newer there is in none of them.
    """

    embed: Sequence[Change]
    keep_vectors: Sequence[Change]
    bury: Sequence[Change]


def newest(records: Iterable[Record]) -> tuple[list[Change], list[tuple[Record, BadRecord]]]:
    """The newest record of each product, and the records that cannot be kept with their reasons."""
    latest: dict[int, tuple[PointState, Record]] = {}
    rejected: list[tuple[Record, BadRecord]] = []
    for record in records:
        try:
            state = point_state(record)
        except BadRecord as bad:
            rejected.append((record, bad))
            continue
        known = latest.get(state["product_id"])
        if known is None or newer(state, known[0]):
            latest[state["product_id"]] = (state, record)
    return [_change(state, record) for state, record in latest.values()], rejected


def decide(changes: Iterable[Change], stored: Mapping[int, Stored]) -> Plan:
    """Compares changes with what the index holds of the same products, by product id."""
    embed: list[Change] = []
    keep_vectors: list[Change] = []
    bury: list[Change] = []
    for change in changes:
        there = stored.get(change.state["product_id"])
        if there is not None and not newer(change.state, there):
            continue
        if change.payload is None:
            bury.append(change)
        elif there is not None and there.get("text_hash") == change.payload["text_hash"]:
            keep_vectors.append(change)
        else:
            embed.append(change)
    return Plan(embed, keep_vectors, bury)


def _change(state: PointState, record: Record) -> Change:
    if state["deleted"]:
        return Change(state, None, None)
    text, payload = product_payload(state, record.value)
    return Change(state, text, payload)
