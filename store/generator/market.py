"""The whole invented market, table by table in the order their foreign keys ask for."""

from collections.abc import Iterator
from datetime import datetime

from store.generator import accounts, after_sales, fulfilment
from store.generator.catalog import Catalog
from store.generator.orders import Orders
from store.generator.sizes import Size
from store.generator.tables import Seed, Table


def market(size: Size, *, seed: int, now: datetime) -> Iterator[Table]:
    """Every captured table with its rows. Read each table's rows to the end before asking for the next table.

    Pure: the same size, seed and moment give the same rows. ``now`` is aware; nothing lies after it.
    """
    source = Seed(seed, now)
    catalog = Catalog(source, size)
    orders = Orders(source, catalog, size.pharmacies)
    yield from accounts.tables(source, size.pharmacies)
    yield from catalog.tables()
    yield from orders.tables()
    yield from fulfilment.tables(source, orders.made, catalog.suppliers)
    yield from after_sales.tables(source, orders.made)
