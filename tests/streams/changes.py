"""Captured changes made from the register's examples, with a few columns set."""

from typing import Any

from schemas import example
from schemas.topic import Topic

Columns = dict[str, Any] | None


def change(topic: Topic, op: str, before: Columns, after: Columns, *, lsn: int | None = 100) -> dict[str, Any]:
    """A change of the example's row; ``None`` for a side that is not there, columns that differ from it otherwise."""
    captured = example.read(topic)
    row = captured["after"] or captured["before"]
    assert topic.table is not None
    return {
        **captured,
        "op": op,
        "before": None if before is None else {**row, **before},
        "after": None if after is None else {**row, **after},
        "source": {**captured["source"], "table": topic.table.name, "lsn": lsn, "ts_us": 1_700_000_000_123_456},
    }


def part(captured: dict[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    """The change with the wanted fields only, as it comes out of a large batch."""
    left: dict[str, Any] = {}
    for path in wanted:
        side, _, column = path.partition(".")
        if not column or captured[side] is None:
            left[side] = captured[side]
        elif column in captured[side]:
            left.setdefault(side, {})[column] = captured[side][column]
    return left
