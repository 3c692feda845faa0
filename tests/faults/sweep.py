"""What the runbook of a lost slot says about rows that were deleted while there was no slot: nobody heard of it.

Each comes into the source again and is deleted again, in one transaction, and everybody hears of that.
"""

from typing import Any

from psycopg import AsyncConnection

from tests.faults import gather
from tests.faults.changes import OFFER, PRODUCT, STOCK, name, price
from tests.faults.facts import Facts
from tests.faults.ground import Ground

_SUPPLIER, _FRESH = 1, 900_000


async def sweep(ground: Ground) -> int:
    """Sweeps away the rows and points that the source does not have; how many there were."""
    facts = await gather.everything(ground)
    ghosts = _ghosts(facts)
    async with await AsyncConnection.connect(ground.dsn("marketplace_writer"), autocommit=True) as connection:
        for number, (table, key) in enumerate(ghosts):
            async with connection.transaction():
                await _again(connection, facts, table, key, _FRESH + number)
    return len(ghosts)


def _ghosts(facts: Facts) -> list[tuple[str, tuple[int, ...]]]:
    found = {(table, key) for table, rows in facts.current.items() for key, _ in rows if key not in facts.source[table]}
    return sorted(found | {("products", (product,)) for product in set(facts.points) - set(facts.documents)})


async def _again(connection: AsyncConnection[Any], facts: Facts, table: str, key: tuple[int, ...], fresh: int) -> None:
    """Makes the row, with those that it refers to, and takes away what was made."""
    product = {"products": key[0], "offers": fresh, "inventory": key[-1]}[table]
    supplier = key[0] if table == "inventory" else _SUPPLIER
    undo: list[tuple[str, int]] = []
    if (product,) not in facts.source["products"]:
        await connection.execute(PRODUCT, (product, name("Gone", 0), ["x"], f"gone {fresh}", _SUPPLIER))
        undo.append(("DELETE FROM products WHERE id = %s", product))
    offered = {(row["supplier_id"], row["product_id"]) for row in facts.source["offers"].values()}
    if table != "products" and (supplier, product) not in offered:
        offer = key[0] if table == "offers" else fresh
        await connection.execute(OFFER, (offer, supplier, product, price(1)))
        undo.append(("DELETE FROM offers WHERE id = %s", offer))
    if table == "inventory":
        await connection.execute(STOCK, (supplier, product, 0))
        await connection.execute(
            "DELETE FROM inventory WHERE supplier_id = %s AND product_id = %s", (supplier, product)
        )
    for text, value in reversed(undo):
        await connection.execute(text, (value,))
