"""The merge and the view, on a database: whatever order changes come in, the newest version of a key is seen."""

from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import bigquery as tables
from schemas.bigquery import Field, WarehouseTable
from schemas.captured import CAPTURED
from sinks.bigquery import sql
from tests.bigquery.fakes import MemoryWarehouse

pytestmark = pytest.mark.unit
ROW = (Field(name="id", type="INT64"), Field(name="state", type="STRING"))
HISTORY = WarehouseTable(name="offers_history", description="", fields=(*tables.POSITION, *tables.VERSION, *ROW))
CURRENT = WarehouseTable(
    name="offers",
    description="",
    fields=(*tables.POSITION[1:], *tables.VERSION, tables.DELETED, *ROW),
    primary_key=("id",),
)
Event = tuple[int, int, str]
"""Key, version, operation."""


class Ground:
    """One table's history, current rows and view; a key's partition is its parity."""

    def __init__(self) -> None:
        self.warehouse = MemoryWarehouse(sql.MERGED, sql.EMPTIED, HISTORY, CURRENT)
        self.offsets = {0: -1, 1: -1}
        self.merged = {0: -1, 1: -1}
        self.expected: dict[int, tuple[int, str]] = {}
        self.emptied = -1

    def append(self, key: int, lsn: int, op: str) -> None:
        partition = key % 2
        self.offsets[partition] += 1
        state = f"{key}-{lsn}-{self.offsets[partition]}"
        self.warehouse.insert(
            HISTORY.name,
            _kafka_partition=partition,
            _offset=self.offsets[partition],
            _lsn=lsn,
            _op=op,
            id=key,
            state=None if op == "d" else state,
        )
        if lsn >= self.expected.get(key, (-1, ""))[0]:
            self.expected[key] = (lsn, "" if op == "d" else state)

    async def truncate(self, lsn: int) -> None:
        """The row of the history first, then what the view asks for: a process may stop in between."""
        self.offsets[0] += 1
        self.warehouse.insert(HISTORY.name, _kafka_partition=0, _offset=self.offsets[0], _lsn=lsn, _op="t")
        await self.warehouse.query(*sql.emptied(self.warehouse.dataset, CURRENT.name, lsn))
        self.emptied = max(self.emptied, lsn)

    async def merge(self, *, low: dict[int, int] | None = None, advance: bool = True) -> None:
        ranges = {number: ((low or self.merged)[number], self.offsets[number]) for number in (0, 1)}
        await self.warehouse.query(*sql.merge(self.warehouse.dataset, CURRENT, HISTORY.name, ranges))
        if advance:
            self.merged = dict(self.offsets)
            await self.warehouse.query(*sql.advance(self.warehouse.dataset, CURRENT.name, self.merged))

    async def seen(self) -> dict[int, str]:
        rows = await self.warehouse.query(sql.newest_view(self.warehouse.dataset, CURRENT, HISTORY.name))
        found = {row.id: row.state for row in rows}
        assert len(found) == len(rows)
        return found

    @property
    def newest(self) -> dict[int, str]:
        return {key: state for key, (lsn, state) in self.expected.items() if state and lsn > self.emptied}


async def test_the_view_shows_a_change_before_and_after_it_is_merged() -> None:
    ground = Ground()
    ground.append(1, 10, "c")
    assert await ground.seen() == {1: "1-10-0"}
    await ground.merge()
    assert await ground.seen() == {1: "1-10-0"}
    ground.append(1, 11, "u")
    assert await ground.seen() == {1: "1-11-1"}


async def test_a_late_update_does_not_bring_a_deleted_row_back() -> None:
    ground = Ground()
    ground.append(1, 10, "c")
    ground.append(1, 12, "d")
    await ground.merge()
    ground.append(1, 11, "u")
    assert await ground.seen() == {}
    await ground.merge()
    assert await ground.seen() == {}
    (kept,) = await ground.warehouse.query(f"SELECT _lsn, _deleted FROM `project.dataset.{CURRENT.name}`")
    assert (kept._lsn, kept._deleted) == (12, True)


async def test_a_truncate_hides_what_was_before_it_and_whatever_comes_late() -> None:
    ground = Ground()
    ground.append(1, 10, "c")
    await ground.merge()
    ground.append(2, 11, "c")
    await ground.truncate(12)
    assert await ground.seen() == {}
    ground.append(3, 9, "c")
    ground.append(1, 13, "c")
    assert await ground.seen() == {1: "1-13-2"}
    await ground.merge()
    assert await ground.seen() == {1: "1-13-2"}


async def test_a_row_inserted_again_after_its_delete_is_seen() -> None:
    ground = Ground()
    for lsn, op in ((10, "c"), (11, "d"), (12, "c")):
        ground.append(1, lsn, op)
        await ground.merge()
    assert await ground.seen() == {1: "1-12-2"}


async def test_a_replayed_change_applies_once_more_and_changes_nothing() -> None:
    ground = Ground()
    for lsn, op in ((10, "c"), (11, "u"), (10, "c"), (11, "u")):
        ground.append(1, lsn, op)
    assert await ground.seen() == {1: "1-11-3"}


async def test_a_merge_that_another_process_repeats_from_further_back_takes_nothing_back() -> None:
    ground = Ground()
    ground.append(1, 10, "c")
    ground.append(1, 11, "u")
    await ground.merge()
    ground.append(1, 12, "d")
    await ground.merge()
    await ground.merge(low={0: -1, 1: -1}, advance=False)
    await ground.warehouse.query(*sql.advance(ground.warehouse.dataset, CURRENT.name, {1: 0}))
    assert await ground.seen() == {}
    found = await ground.warehouse.query(sql.merged_offsets(ground.warehouse.dataset))
    assert {row.number: row.merged_offset for row in found} == {0: -1, 1: 2}


STEP = st.one_of(
    st.tuples(st.integers(1, 4), st.integers(1, 6), st.sampled_from("cud")),
    st.integers(1, 6),
    st.sampled_from(["merge", "merge without advancing", "merge all again"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=20))
async def test_any_order_of_changes_and_merges_shows_the_newest_state(steps: list[Event | int | str]) -> None:
    ground = Ground()
    for step in steps:
        if isinstance(step, tuple):
            ground.append(*step)
        elif isinstance(step, int):
            await ground.truncate(step)
        else:
            low = {0: -1, 1: -1} if step == "merge all again" else None
            await ground.merge(low=low, advance=step == "merge")
        assert await ground.seen() == ground.newest


@pytest.mark.parametrize("name", CAPTURED)
def test_every_captured_table_has_sql_that_bigquery_can_parse(name: str) -> None:
    topic = CAPTURED[name]
    current, history = tables.current(topic), tables.history(topic)
    assert current is not None
    dataset = "project.dataset"
    for statement in (
        sql.merge(dataset, current, history.name, {0: (-1, 5), 3: (7, 9)})[0],
        sql.advance(dataset, current.name, {0: 5, 3: 9})[0],
        sql.create_view(dataset, tables.view_name(topic), sql.newest_view(dataset, current, history.name), 'a "b"\\'),
        sql.create_view(dataset, tables.view_name(topic), sql.live_view(dataset, current), "text"),
        sql.emptied(dataset, current.name, 5)[0],
        sql.add_columns(dataset, current.name, current.fields),
    ):
        assert not isinstance(sqlglot.parse_one(statement, read="bigquery"), sqlglot.exp.Command), statement


def test_nothing_but_names_gets_into_a_query() -> None:
    for text in ("a'b", "a b", "", "a\nb", "a`b", "a;b"):
        with pytest.raises(ValueError, match="cannot stand in a query"):
            sql.quoted(text)


def test_a_merge_names_its_ranges_so_that_only_the_tail_is_read() -> None:
    statement, parameters = sql.merge("p.d", CURRENT, HISTORY.name, {1: (4, 9), 0: (-1, 5)})
    assert (
        "(_kafka_partition = 0 AND _offset > @low_0 AND _offset <= @high_0)"
        " OR (_kafka_partition = 1 AND _offset > @low_1 AND _offset <= @high_1)" in statement
    )
    assert parameters == {"low_0": -1, "high_0": 5, "low_1": 4, "high_1": 9}


def test_statements_that_repeat_have_one_text() -> None:
    merges = [sql.merge("p.d", CURRENT, HISTORY.name, {0: (offset, offset + 3)}) for offset in (5, 77)]
    advances = [sql.advance("p.d", CURRENT.name, {0: offset}) for offset in (5, 77)]
    for (one, _), (other, _) in (merges, advances):
        assert one == other


def _names(fields: Any) -> list[str]:
    return [field.name for field in fields]


def test_no_column_begins_like_bigquerys_own() -> None:
    reserved = ("_table_", "_file_", "_partition", "_row_timestamp", "__root__", "_colidentifier", "_change_")
    for topic in CAPTURED.values():
        current = tables.current(topic)
        assert current is not None
        names = [*_names(tables.history(topic).fields), *_names(current.fields)]
        assert [name for name in names if name.lower().startswith(reserved)] == []
