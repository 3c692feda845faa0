"""A record as a history row: what changed, its place in Kafka and its version at the source."""

from collections.abc import Mapping
from typing import Any

from runtime.avro.wanted import Wanted
from runtime.errors import BadRecord
from runtime.records import Record
from schemas.bigquery import TRUNCATED
from schemas.topic import Topic

_KNOWN = frozenset("cudrt")


Row = dict[str, Any]
"""One history row, its columns as BigQuery's converters take them."""


def row_of(topic: Topic, partition: int, record: Record) -> Row:
    """The history row of a record.

    - An event's row is its fields; ``_commit_ts`` is the record's timestamp, ``_lsn`` the event's own if it has one.
    - A deleted row keeps its primary key and nothing else (``before`` holds no more than the replica identity); without
      a primary key it keeps all of ``before``.
    - A change of a primary key arrives as a delete of the old and an insert of the new key, and is stored as that.
    - A position the source does not know (Debezium gives none for some snapshot reads) is version 0: it never
      overwrites a known one.
    - A TRUNCATE has a version and no columns: every row with an older version is gone.

    Raises ``BadRecord`` with the cause ``empty-value``, ``unknown-operation`` or ``no-row``.
    """
    if record.value is None:
        raise BadRecord("empty-value", "a record without a value has no row to keep")
    value: Mapping[str, Any] = record.value
    if topic.table is None:
        lsn, op, committed, columns = value.get("lsn"), None, record.timestamp_ms * 1000, value
    else:
        op = _operation(value)
        source = value["source"]
        lsn, committed = source.get("lsn") or 0, source.get("ts_us") or source["ts_ms"] * 1000
        columns = _row(topic, value, op)
    return {
        **columns,
        "_topic": topic.name,
        "_kafka_partition": partition,
        "_offset": record.offset,
        "_lsn": lsn,
        "_op": op,
        "_commit_ts": committed,
    }


def wanted(topic: Topic) -> Wanted:
    """The fields of the topic's values that ``row_of`` reads; of a deleted row the key, where there is one."""
    if topic.table is None:
        return None
    before = [f"before.{name}" for name in topic.table.primary_key] or ["before"]
    return frozenset(("op", "after", *before, "source.lsn", "source.ts_us", "source.ts_ms"))


def _operation(envelope: Mapping[str, Any]) -> str:
    op = envelope["op"]
    if op not in _KNOWN:
        raise BadRecord("unknown-operation", f"the operation {op!r} is none of c, u, d, r, t")
    return str(op)


def _row(topic: Topic, envelope: Mapping[str, Any], op: str) -> Mapping[str, Any]:
    if op == TRUNCATED:
        return {}
    row: Mapping[str, Any] | None = envelope["before" if op == "d" else "after"]
    if row is None:
        raise BadRecord("no-row", f"the operation {op!r} came without the row it is about")
    if op != "d" or topic.table is None or not topic.table.primary_key:
        return row
    return {name: row[name] for name in topic.table.primary_key}
