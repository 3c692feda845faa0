"""Taking partitions over: many at once in a few queries, and rivals that interleave."""

import asyncio
from collections.abc import Mapping

import pytest

from schemas.bigquery import POSITION, VERSION, WarehouseTable
from sinks.bigquery import sql
from sinks.bigquery.claims import Claims, Place
from tests.bigquery.fakes import MemoryStorage, MemoryWarehouse

pytestmark = pytest.mark.unit
HISTORY = WarehouseTable(name="orders_history", description="", fields=(*POSITION, *VERSION))


async def test_partitions_asked_for_together_cost_a_few_queries() -> None:
    warehouse = MemoryWarehouse(sql.STREAMS, HISTORY)
    warehouse.insert(HISTORY.name, _kafka_partition=2, _offset=7)
    claims = Claims(warehouse, MemoryStorage(warehouse))
    places = [Place("cdc.orders", number, HISTORY.name) for number in range(4)]
    found = await asyncio.gather(*(claims.claim(place) for place in places))
    assert [claim.last_offset for claim in found] == [-1, -1, 7, -1]
    assert len({claim.stream for claim in found}) == 4
    assert len(warehouse.statements) == 3


async def test_a_failure_reaches_everyone_who_waits_and_the_next_claim_works() -> None:
    warehouse = MemoryWarehouse(HISTORY)
    claims = Claims(warehouse, MemoryStorage(warehouse))
    place = Place("cdc.orders", 0, HISTORY.name)
    results = await asyncio.gather(claims.claim(place), claims.claim(place), return_exceptions=True)
    assert all(isinstance(result, Exception) for result in results)
    warehouse.connection.execute("CREATE TABLE project.dataset.balcao_streams (topic TEXT, partition INT, stream TEXT)")
    assert (await claims.claim(place)).last_offset == -1


async def test_the_name_is_recorded_before_others_are_read_and_they_are_finalized_before_the_last_offset() -> None:
    """The order of the three steps is what makes two owners at once harmless."""
    warehouse = MemoryWarehouse(sql.STREAMS, HISTORY)
    storage = MemoryStorage(warehouse)
    place = Place("cdc.orders", 0, HISTORY.name)
    first = await Claims(warehouse, storage).claim(place)
    warehouse.statements.clear()
    steps: list[str] = []
    finalize, query = storage.finalize, warehouse.query

    async def noted_finalize(stream: str) -> None:
        steps.append("finalize")
        await finalize(stream)

    async def noted_query(statement: str, parameters: Mapping[str, int] | None = None) -> list[object]:
        steps.append(" ".join(statement.split()[:2]))
        return await query(statement, parameters)

    storage.finalize = noted_finalize  # type: ignore[method-assign]
    warehouse.query = noted_query  # type: ignore[method-assign]
    await Claims(warehouse, storage).claim(place)
    assert steps == ["INSERT INTO", "SELECT stream", "finalize", "SELECT _kafka_partition", "DELETE FROM"]
    assert storage.streams[first.stream].finalized


async def test_a_partition_claimed_together_with_its_own_late_rows_knows_its_last_offset() -> None:
    warehouse = MemoryWarehouse(sql.STREAMS, HISTORY)
    warehouse.insert(HISTORY.name, _kafka_partition=2, _offset=7)
    claims = Claims(warehouse, MemoryStorage(warehouse))
    places = [Place("cdc.orders", 2, HISTORY.name), Place("cdc.orders.late", 2, HISTORY.name)]
    assert [claim.last_offset for claim in await asyncio.gather(*map(claims.claim, places))] == [7, 7]
