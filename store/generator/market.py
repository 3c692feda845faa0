"""The whole invented market, table by table in the order their foreign keys ask for."""

from collections.abc import Iterator
from datetime import datetime

from store.generator import accounts, after_sales, credit, fulfilment, refunds, service_requests, tiers
from store.generator.addresses import Addresses
from store.generator.catalog import Catalog
from store.generator.charges import Charges
from store.generator.orders import Orders
from store.generator.sizes import Size
from store.generator.tables import Seed, Table


def market(size: Size, *, seed: int, now: datetime) -> Iterator[Table]:
    """Every captured table with its rows. Read each table's rows to the end before asking for the next table.

    Pure: the same size, seed and moment give the same rows. ``now`` is aware; nothing lies after it.
    """
    source = Seed(seed, now)
    homes = accounts.homes_of(source, size.pharmacies)
    addresses = Addresses(source, homes)
    catalog = Catalog(source, size)
    orders = Orders(source, catalog, addresses)
    invoices: list[fulfilment.Invoice] = []
    charges = Charges(source, invoices)
    returns: list[after_sales.Return] = []
    yield from accounts.tables(source, homes)
    yield from addresses.tables()
    yield from catalog.tables()
    yield from tiers.tables(source, catalog.minimums)
    yield from catalog.terms.tables(size.pharmacies)
    yield from orders.tables()
    yield from fulfilment.tables(source, orders.made, catalog.suppliers, invoices)
    yield from charges.tables()
    yield from credit.tables(source, size.pharmacies, orders.made, charges)
    yield from after_sales.tables(source, orders.made, returns)
    yield from refunds.tables(source, returns)
    yield from service_requests.tables(source, orders.made)
