"""A search document is the product's newest state, and its version never claims more than it holds."""

import asyncio
from typing import Any

import pytest
from psycopg import AsyncConnection

from runtime.clock import ManualClock
from store import search_documents
from tests.store.databases import Database

pytestmark = pytest.mark.broker


async def price(connection: AsyncConnection[Any], offer_id: int) -> Any:
    cursor = await connection.execute("SELECT price FROM offers WHERE id = %s", [offer_id])
    return (await cursor.fetchall())[0][0]


async def test_a_document_joins_product_offers_and_stock(reader: AsyncConnection[Any]) -> None:
    _, documents = await search_documents.read(reader, range(1, 200))
    assert [document["product_id"] for document in documents] == list(range(1, 200))
    assert any(document["offers"] for document in documents)
    for document in documents:
        prices = [offer["price"] for offer in document["offers"]]
        assert prices == sorted(prices)
        assert all(offer["available"] >= 0 for offer in document["offers"])
        assert document["active_ingredients"]


async def test_a_product_that_is_not_there_is_absent(reader: AsyncConnection[Any]) -> None:
    _, documents = await search_documents.read(reader, [10**12, 5])
    assert [document["product_id"] for document in documents] == [5]


async def test_a_later_change_gives_a_higher_version(
    reader: AsyncConnection[Any], writer: AsyncConnection[Any]
) -> None:
    before, [old] = await search_documents.read(reader, [7])
    await writer.execute("UPDATE products SET name = name || ' Plus' WHERE id = 7")
    after, [new] = await search_documents.read(reader, [7])
    assert after > before
    assert new["version"] == after
    assert new["name"] == f"{old['name']} Plus"
    assert new["changed_at"] > old["changed_at"]


async def test_a_discontinued_product_stays_without_offers(
    reader: AsyncConnection[Any], writer: AsyncConnection[Any]
) -> None:
    _, documents = await search_documents.read(reader, range(200, 260))
    sold = next(document["product_id"] for document in documents if document["offers"])
    await writer.execute("UPDATE products SET status = 'discontinued' WHERE id = %s", [sold])
    _, [document] = await search_documents.read(reader, [sold])
    assert document["offers"] == []


async def test_a_change_that_led_here_is_waited_for(market: Database, reader: AsyncConnection[Any]) -> None:
    """A commit can reach Kafka before other sessions see it; the read must not take the old state for the new one."""
    async with await AsyncConnection.connect(market.dsn("marketplace_writer")) as slow:
        await slow.execute("UPDATE products SET name = 'Seen At Last' WHERE id = 9")
        cursor = await slow.execute("SELECT pg_current_xact_id()::text::bigint")
        [(transaction,)] = await cursor.fetchall()
        reading = asyncio.create_task(search_documents.read(reader, [9], after=[transaction & 0xFFFFFFFF]))
        done, _ = await asyncio.wait([reading], timeout=0.2)
        assert not done
        await slow.commit()
        _, [document] = await asyncio.wait_for(reading, 60)
    assert document["name"] == "Seen At Last"


async def test_a_change_that_never_comes_is_not_waited_for_without_end(reader: AsyncConnection[Any]) -> None:
    cursor = await reader.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    [(next_transaction,)] = await cursor.fetchall()
    clock = ManualClock()
    with pytest.raises(TimeoutError, match="did not become visible"):
        await search_documents.read(reader, [9], after=[(next_transaction + 10_000) & 0xFFFFFFFF], clock=clock)


async def test_a_read_inside_a_transaction_is_refused(reader: AsyncConnection[Any]) -> None:
    async with reader.transaction():
        with pytest.raises(ValueError, match="not inside a transaction"):
            await search_documents.read(reader, [1])


async def test_a_suppliers_products_are_those_it_makes_and_those_it_sells(reader: AsyncConnection[Any]) -> None:
    _, documents = await search_documents.read(reader, range(1, 1501))
    maker, seller = 1, 15
    cursor = await reader.execute(
        "SELECT id FROM products WHERE manufacturer_id = %s UNION SELECT product_id FROM offers WHERE supplier_id = %s",
        [maker, seller],
    )
    expected = sorted(product for (product,) in await cursor.fetchall())
    assert await search_documents.product_ids_of_suppliers(reader, [maker, seller]) == expected
    assert {d["product_id"] for d in documents if any(o["supplier_id"] == seller for o in d["offers"])} <= set(expected)


async def test_all_products_can_be_read_page_by_page(reader: AsyncConnection[Any]) -> None:
    pages, last = [], 0
    while page := await search_documents.product_ids_after(reader, last, limit=400):
        pages.append(page)
        last = page[-1]
    assert [product for page in pages for product in page] == list(range(1, 1501))
