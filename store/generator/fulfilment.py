"""How orders were delivered and charged."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.identifiers import with_nfe_digit
from store.generator.catalog import Supplier
from store.generator.orders import Order
from store.generator.places import STATE_CODES
from store.generator.tables import Row, Seed, Table, reais

CARRIERS = ("Rota Sul Transportes", "TransFarma Log", "Expresso Ipê", "Cargo Norte", "Veloz Cargas", "Frota própria")
_INVOICED = frozenset({"invoiced", "shipped", "delivered", "returned"})


class Invoice(NamedTuple):
    """An invoice as its charges need it."""

    id: int
    order: Order
    status: str
    issued_at: datetime
    paid_at: datetime | None


def tables(seed: Seed, orders: Sequence[Order], suppliers: Sequence[Supplier], made: list[Invoice]) -> Iterator[Table]:
    """``shipments``, then ``invoices``, added to ``made`` too; ``orders`` may be filled until the rows are read."""
    yield Table("shipments", _SHIPMENT_COLUMNS, _shipment_rows(seed, orders))
    yield Table("invoices", _INVOICE_COLUMNS, _invoice_rows(seed, orders, suppliers, made))


def access_key(supplier: Supplier, issued: datetime, number: int, code: int) -> str:
    """An NF-e's access key: state, month, issuer, model 55, series 1, number, kind of issue, random code, check digit.

    Layout: Manual de Orientação do Contribuinte 7.0, Anexo I.
    """
    state = STATE_CODES[supplier.home.state]
    return with_nfe_digit(f"{state}{issued:%y%m}{supplier.cnpj}55001{number:09d}1{code:08d}")


def _shipment_rows(seed: Seed, orders: Sequence[Order]) -> Iterator[Row]:
    random, shipment_id = seed.random("shipments"), 0
    for order in orders:
        preparing = order.status == "invoiced" and random.random() < 0.6
        if order.status not in ("shipped", "delivered", "returned") and not preparing:
            continue
        shipment_id += 1
        status = {"invoiced": "preparing", "shipped": random.choices(("in_transit", "out_for_delivery"), (70, 30))[0]}
        shipped = None if preparing else min(order.changed_at, order.placed_at + timedelta(hours=30))
        delivered = order.changed_at if order.status == "delivered" else None
        estimated = (order.placed_at + timedelta(days=random.randrange(3, 9))).date()
        tracking = None if preparing else f"BL{random.randrange(10**9):09d}BR"
        state = status.get(order.status, order.status)
        created = shipped or order.changed_at
        carrier = random.choice(CARRIERS)
        yield (
            shipment_id,
            order.id,
            carrier,
            tracking,
            state,
            estimated,
            shipped,
            delivered,
            created,
            order.changed_at,
        )


def _invoice_rows(
    seed: Seed, orders: Sequence[Order], suppliers: Sequence[Supplier], made: list[Invoice]
) -> Iterator[Row]:
    random, invoice_id, numbers = seed.random("invoices"), 0, dict[int, int]()
    by_id = {supplier.id: supplier for supplier in suppliers}
    for order in orders:
        if order.status not in _INVOICED:
            continue
        invoice_id += 1
        number = numbers[order.supplier_id] = numbers.get(order.supplier_id, 0) + 1
        issued = min(order.placed_at + timedelta(hours=20), order.changed_at)
        days = [int(days) for days in order.payment.due_days.split("/")]
        first, due = ((issued + timedelta(days=some)).date() for some in (days[0], days[-1]))
        chance = random.random()
        if order.payment.method != "boleto":
            status = "paid"
        elif due < seed.today:
            status = "paid" if chance < 0.94 else "overdue"
        elif first < seed.today:
            status = "paid" if chance < 0.1 else "overdue" if chance > 0.95 else "issued"
        else:
            status = "paid" if chance < 0.2 else "issued"
        paid = issued + (seed.now - issued) * random.uniform(0.1, 0.9) if status == "paid" else None
        key = access_key(by_id[order.supplier_id], issued, number, random.randrange(10**8))
        made.append(Invoice(invoice_id, order, status, issued, paid))
        amount = reais(order.total)
        yield invoice_id, order.id, key, 1, number, amount, status, issued, due, paid, paid or issued


_SHIPMENT_COLUMNS = (
    "id",
    "order_id",
    "carrier",
    "tracking_code",
    "status",
    "estimated_delivery",
    "shipped_at",
    "delivered_at",
    "created_at",
    "updated_at",
)
_INVOICE_COLUMNS = (
    "id",
    "order_id",
    "access_key",
    "series",
    "number",
    "amount",
    "status",
    "issued_at",
    "due_on",
    "paid_at",
    "updated_at",
)
