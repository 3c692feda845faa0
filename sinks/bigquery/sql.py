"""The SQL of the sink: BigQuery's GoogleSQL, which the emulator speaks too. Pure.

What changes from one run of a statement to the next is a query parameter, so that its text stays the same and whoever
translates and plans it may remember it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from schemas.bigquery import Field, Mode, WarehouseTable

STREAMS = WarehouseTable(
    name="balcao_streams",
    description="Write streams that may still take rows, one or more a partition: what a new owner must finalize.",
    fields=(
        Field(name="topic", type="STRING", description="The Kafka topic."),
        Field(name="partition", type="INT64", description="Its partition."),
        Field(name="stream", type="STRING", description="The stream's full name."),
    ),
)
MERGED = WarehouseTable(
    name="balcao_merged",
    description="Up to which Kafka offset each partition's history has been merged into the table of current rows.",
    fields=(
        Field(name="table_name", type="STRING", description="The table of current rows."),
        Field(name="partition", type="INT64", description="The Kafka partition."),
        Field(name="merged_offset", type="INT64", description="The last offset merged; the highest counts."),
    ),
)
EMPTIED = WarehouseTable(
    name="balcao_truncated",
    description="Where in the source's log a table was emptied by TRUNCATE: rows with an older version are gone.",
    fields=(
        Field(name="table_name", type="STRING", description="The table of current rows."),
        Field(name="lsn", type="INT64", description="The position; the highest counts."),
    ),
)
_PLAIN = re.compile(r"[A-Za-z0-9_./:-]+")
Range = tuple[int, int]
"""Kafka offsets of one partition: after the first, up to and with the second."""
Statement = tuple[str, Mapping[str, int]]
"""A text and its query parameters."""


def quoted(value: str) -> str:
    """A string literal. Raises ``ValueError`` for anything but the characters names are made of."""
    if not _PLAIN.fullmatch(value):
        raise ValueError(f"{value!r} cannot stand in a query")
    return f"'{value}'"


def table(dataset: str, name: str) -> str:
    """A quoted table path; ``dataset`` is ``project.dataset``."""
    return f"`{dataset}.{name}`"


def _list(items: Iterable[str], indent: str = "  ") -> str:
    return f",\n{indent}".join(items)


def merge(dataset: str, current: WarehouseTable, history: str, ranges: Mapping[int, Range]) -> Statement:
    """Bring the newest change of each key within the ranges into the table of current rows.

    A row is changed only by a newer or equal version, so that merges may overlap, repeat, and run in two processes.
    """
    key = current.primary_key
    columns = [field.name for field in current.fields]
    tail = " OR ".join(
        f"(_kafka_partition = {partition:d} AND _offset > @low_{partition:d} AND _offset <= @high_{partition:d})"
        for partition in sorted(ranges)
    )
    parameters = {
        f"{name}_{partition:d}": offset
        for partition, between in ranges.items()
        for name, offset in zip(("low", "high"), between, strict=True)
    }
    on = " AND ".join(f"target.{name} = source.{name}" for name in key)
    selected = _list(("_op = 'd' AS _deleted" if name == "_deleted" else name for name in columns), "    ")
    assigned = _list(f"{name} = source.{name}" for name in columns if name not in key)
    text = f"""MERGE {table(dataset, current.name)} AS target
USING (
  SELECT
    {selected}
  FROM {table(dataset, history)}
  WHERE _op != 't' AND ({tail})
  QUALIFY ROW_NUMBER() OVER (PARTITION BY {", ".join(key)} ORDER BY _lsn DESC, _offset DESC) = 1
) AS source
ON {on}
WHEN MATCHED AND (source._lsn > target._lsn OR (source._lsn = target._lsn AND source._offset > target._offset))
THEN UPDATE SET
  {assigned}
WHEN NOT MATCHED THEN INSERT ({", ".join(columns)})
VALUES ({", ".join(f"source.{name}" for name in columns)})"""  # noqa: S608 - names come from the register
    return text, parameters


def advance(dataset: str, name: str, offsets: Mapping[int, int]) -> Statement:
    """Remember how far a table was merged; never goes back."""
    rows = " UNION ALL ".join(
        f"SELECT {quoted(name)} AS table_name, {partition:d} AS partition, @offset_{partition:d} AS merged_offset"
        for partition in sorted(offsets)
    )
    text = f"""MERGE {table(dataset, MERGED.name)} AS target
USING ({rows}) AS source
ON target.table_name = source.table_name AND target.partition = source.partition
WHEN MATCHED AND source.merged_offset > target.merged_offset THEN UPDATE SET merged_offset = source.merged_offset
WHEN NOT MATCHED THEN INSERT (table_name, partition, merged_offset)
VALUES (source.table_name, source.partition, source.merged_offset)"""  # noqa: S608 - names come from the register
    return text, {f"offset_{partition:d}": offset for partition, offset in offsets.items()}


def newest_view(dataset: str, current: WarehouseTable, history: str) -> str:
    """The newest state at once: of each key the newest among the current rows and the history's unmerged tail.

    Deleted rows are hidden, and those older than the table's last TRUNCATE. A filter on the key reaches both tables
    through the window, whose partitions are the keys, so that one row costs a fraction of all. The text is kept short:
    the emulator translates it anew for each query, which takes longer than the query itself.
    """
    columns = [field.name for field in current.fields if field.name not in ("_deleted", "_op")]
    return f"""SELECT {", ".join(columns)} FROM (
  SELECT * FROM (
    SELECT {", ".join(columns)}, _deleted FROM {table(dataset, current.name)}
    UNION ALL
    SELECT {", ".join(f"h.{name}" for name in columns)}, h._op = 'd' AS _deleted
    FROM {table(dataset, history)} h
    LEFT JOIN {table(dataset, MERGED.name)} m
    ON m.table_name = {quoted(current.name)} AND m.partition = h._kafka_partition
    WHERE h._offset > IFNULL(m.merged_offset, -1) AND h._op != 't'
  )
  WHERE {_kept(dataset, current.name)}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY {", ".join(current.primary_key)} ORDER BY _lsn DESC, _offset DESC) = 1
)
WHERE NOT _deleted"""  # noqa: S608 - names come from the register


def live_view(dataset: str, current: WarehouseTable) -> str:
    """The newest state where BigQuery itself applies changes: the rows that are neither deleted nor truncated."""
    columns = [field.name for field in current.fields if field.name not in ("_deleted", "_op")]
    return (
        f"SELECT {', '.join(columns)} FROM {table(dataset, current.name)} "  # noqa: S608
        f"WHERE NOT _deleted AND {_kept(dataset, current.name)}"
    )


def _kept(dataset: str, name: str) -> str:
    """Whether a row is younger than the table's last TRUNCATE; a row of its version or an older one is not."""
    last = f"SELECT MAX(lsn) FROM {table(dataset, EMPTIED.name)} WHERE table_name = {quoted(name)}"  # noqa: S608
    return f"_lsn > IFNULL(({last}), -1)"


def emptied(dataset: str, name: str, lsn: int) -> Statement:
    """Remember that a table was truncated; doing it again changes nothing."""
    text = f"INSERT INTO {table(dataset, EMPTIED.name)} (table_name, lsn) VALUES ({quoted(name)}, @lsn)"  # noqa: S608
    return text, {"lsn": lsn}


def remember(dataset: str, claims: Sequence[tuple[str, int, str]]) -> str:
    """Record new streams before their first row: (topic, partition, stream)."""
    rows = ", ".join(f"({quoted(topic)}, {partition:d}, {quoted(stream)})" for topic, partition, stream in claims)
    return f"INSERT INTO {table(dataset, STREAMS.name)} (topic, partition, stream) VALUES {rows}"  # noqa: S608


def open_streams(dataset: str, partitions: Iterable[tuple[str, int]]) -> str:
    """Every stream recorded for the partitions."""
    wanted = " OR ".join(f"(topic = {quoted(topic)} AND partition = {number:d})" for topic, number in partitions)
    return f"SELECT stream FROM {table(dataset, STREAMS.name)} WHERE {wanted}"  # noqa: S608


def forget(dataset: str, streams: Iterable[str]) -> str:
    """Drop streams that were finalized."""
    names = ", ".join(quoted(stream) for stream in streams)
    return f"DELETE FROM {table(dataset, STREAMS.name)} WHERE stream IN ({names})"  # noqa: S608


def last_offsets(dataset: str, history: str, partitions: Iterable[int] | None = None) -> str:
    """The last Kafka offset of each partition in a history table; of all partitions when none are named."""
    wanted = "" if partitions is None else f" WHERE _kafka_partition IN ({', '.join(f'{p:d}' for p in partitions)})"
    return (
        "SELECT _kafka_partition AS number, MAX(_offset) AS last_offset "  # noqa: S608
        f"FROM {table(dataset, history)}{wanted} GROUP BY _kafka_partition"
    )


def held_offsets(dataset: str, history: str, partition: int, offsets: Iterable[int]) -> str:
    """Which of a partition's offsets a history table has."""
    wanted = ", ".join(f"{offset:d}" for offset in offsets)
    return (
        f"SELECT _offset AS held FROM {table(dataset, history)} "  # noqa: S608
        f"WHERE _kafka_partition = {partition:d} AND _offset IN ({wanted})"
    )


def unmerged(dataset: str, name: str) -> str:
    """Forget how far a table was merged: it is empty, and everything has to be merged into it."""
    return f"DELETE FROM {table(dataset, MERGED.name)} WHERE table_name = {quoted(name)}"  # noqa: S608


def merged_offsets(dataset: str) -> str:
    """How far each table was merged."""
    return (
        "SELECT table_name, partition AS number, MAX(merged_offset) AS merged_offset "  # noqa: S608
        f"FROM {table(dataset, MERGED.name)} GROUP BY table_name, partition"
    )


def add_columns(dataset: str, name: str, fields: Iterable[Field]) -> str:
    """Give an existing table the columns it lacks."""
    added = ", ".join(f"ADD COLUMN IF NOT EXISTS {field.name} {_ddl_type(field)}" for field in fields)
    return f"ALTER TABLE {table(dataset, name)} {added}"


def create_view(dataset: str, name: str, body: str, description: str) -> str:
    """Create the view, or replace its definition."""
    text = description.replace("\\", "\\\\").replace('"', '\\"')
    return f'CREATE OR REPLACE VIEW {table(dataset, name)}\nOPTIONS (description = "{text}") AS\n{body}'


def _ddl_type(field: Field) -> str:
    kind = field.type
    if kind == "RECORD":
        kind = f"STRUCT<{', '.join(f'{inner.name} {_ddl_type(inner)}' for inner in field.fields)}>"
    elif field.precision is not None:
        kind = f"{kind}({field.precision}, {field.scale})"
    return f"ARRAY<{kind}>" if field.mode is Mode.REPEATED else kind
