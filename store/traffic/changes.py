"""Makes one change at a time, chosen by chance."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from psycopg import AsyncConnection

from runtime.clock import Clock
from store.generator import names
from store.generator.charges import line, txid
from store.generator.companies import cnpjs, mobile
from store.generator.fulfilment import CARRIERS, access_key
from store.generator.places import CITIES, WEIGHTS
from store.traffic import statements
from store.traffic.sample import OpenOrder, Sample

_NEXT = {
    "placed": "confirmed",
    "confirmed": "picking",
    "picking": "invoiced",
    "invoiced": "shipped",
    "shipped": "delivered",
}
_INVOICE_NUMBERS_FROM = 500_000_000
_CHARGES_FROM = 10_000_000_000
_CANCELLED_SHARE = 0.05
_PAUSED_SHARE = 0.06
"""As the generator seeds them; without it each run of traffic would leave half of the market's offers paused."""


@dataclass(frozen=True, slots=True)
class Change:
    """One committed transaction: what it did, to which row, and when its commit was confirmed (epoch seconds)."""

    kind: str
    table: str
    key: tuple[int, ...]
    committed_at: float


class Changes:
    """Chooses and makes changes on one connection in autocommit mode."""

    def __init__(self, connection: AsyncConnection[Any], sample: Sample, random: Random, clock: Clock) -> None:
        self._connection = connection
        self._sample = sample
        self._random = random
        self._clock = clock
        self._cnpjs = cnpjs(random)
        self._invoiced: list[int] = []
        self._kinds: dict[Callable[[], Awaitable[Change | None]], int] = {
            self.change_price: 46,
            self.change_stock: 37,
            self.move_order: 12,
            self.place_order: 2,
            self.pause_or_resume: 2,
            self.register_pharmacy: 1,
            self.charge: 3,
            self.pay: 2,
        }

    async def make(self) -> Change:
        """Makes one change and returns after it is committed.

        A choice that turns out to be impossible (sold out, moved by somebody else) is followed by another.
        """
        while True:
            [kind] = self._random.choices(list(self._kinds), list(self._kinds.values()))
            if (change := await kind()) is not None:
                return change

    async def change_price(self) -> Change | None:
        """An offer becomes up to 5 % dearer or cheaper, never dearer than the law allows."""
        offer = self._random.choice(self._sample.offers)
        factor = str(round(1 + self._random.choice((-1, 1)) * self._random.uniform(0.005, 0.05), 4))
        rows = await self._execute(statements.CHANGE_PRICE, {"offer": offer.id, "factor": factor})
        return self._change("price", "offers", offer.id) if rows else None

    async def change_stock(self) -> Change | None:
        """Goods arrive, or some are written off."""
        offer = self._random.choice(self._sample.offers)
        delta = self._random.choice((-20, -8, -3, 5, 10, 25))
        key = {"supplier": offer.supplier_id, "product": offer.product_id}
        rows = await self._execute(statements.CHANGE_STOCK, {**key, "delta": delta})
        return self._change("stock", "inventory", offer.supplier_id, offer.product_id) if rows else None

    async def pause_or_resume(self) -> Change | None:
        """An offer is paused, or resumed when more are paused than a market has at rest."""
        paused = self._sample.paused
        if len(paused) > len(self._sample.offers) * _PAUSED_SHARE:
            place = self._random.randrange(len(paused))
            paused[place], paused[-1] = paused[-1], paused[place]
            offer, statement = paused.pop(), statements.RESUME
        else:
            offer, statement = self._random.choice(self._sample.offers), statements.PAUSE
        if not await self._execute(statement, {"offer": offer.id}):
            return None
        if statement is statements.PAUSE:
            paused.append(offer)
        return self._change("pause-or-resume", "offers", offer.id)

    async def register_pharmacy(self) -> Change | None:
        """A new pharmacy with its owner; its documents are under review."""
        [home] = self._random.choices(CITIES, WEIGHTS)
        trade_name = names.pharmacy(self._random)
        pharmacy_id = await self._returned(
            statements.REGISTER,
            {
                "cnpj": next(self._cnpjs),
                "legal_name": names.pharmacy_company(self._random, trade_name),
                "trade_name": trade_name,
                "city": home.name,
                "state": home.state,
                "name": names.person(self._random),
                "phone": mobile(self._random, home),
            },
        )
        return None if pharmacy_id is None else self._change("register", "pharmacies", pharmacy_id)

    async def place_order(self) -> Change | None:
        """A pharmacy orders up to four products of one supplier, which are reserved for it."""
        offer = self._random.choice(self._sample.offers)
        shelf = self._sample.by_supplier[offer.supplier_id]
        products = [item.product_id for item in self._random.sample(shelf, min(len(shelf), self._random.randint(1, 4)))]
        order_id = await self._returned(
            statements.PLACE,
            {
                "supplier": offer.supplier_id,
                "products": products,
                "pharmacy": self._random.choice(self._sample.pharmacies),
                "times": self._random.randint(1, 6),
            },
        )
        if order_id is None:
            return None
        self._sample.orders.append(OpenOrder(order_id, "placed", offer.supplier_id))
        return self._change("place", "orders", order_id)

    async def move_order(self) -> Change | None:
        """An open order takes its next step, or is cancelled."""
        orders = self._sample.orders
        if not orders:
            return None
        place = self._random.randrange(len(orders))
        orders[place], orders[-1] = orders[-1], orders[place]
        order = orders.pop()
        cancelled = order.status != "shipped" and self._random.random() < _CANCELLED_SHARE
        after = "cancelled" if cancelled else _NEXT[order.status]
        number = _INVOICE_NUMBERS_FROM + order.id
        code = self._random.randrange(10**8)
        issued = datetime.fromtimestamp(self._clock.now(), UTC)
        moved = await self._returned(
            statements.MOVES[after],
            {
                "order": order.id,
                "before": order.status,
                "after": after,
                "days": self._random.randint(2, 8),
                "carrier": self._random.choice(CARRIERS),
                "tracking_code": f"BL{self._random.randrange(10**9):09d}BR",
                "invoice_number": number,
                "access_key": access_key(self._sample.suppliers[order.supplier_id], issued, number, code),
            },
        )
        if moved is None:
            return None
        if after == "invoiced":
            self._invoiced.append(order.id)
        if after in _NEXT:
            orders.append(order._replace(status=after))
        return self._change(after, "orders", order.id)

    async def charge(self) -> Change | None:
        """The bank registers the boleto of an invoice, or a Pix charge is made for it."""
        if not self._invoiced:
            return None
        cursor = await self._connection.execute(statements.UNCHARGED.encode(), {"order": self._invoiced.pop(0)})
        if (row := await cursor.fetchone()) is None:
            return None
        invoice_id, amount, due_on, method = row
        pix = method == "pix"
        charge_id = await self._returned(
            statements.CHARGE,
            {
                "invoice": invoice_id,
                "method": "pix" if pix else "boleto",
                "line": None if pix else line(self._random, _CHARGES_FROM + invoice_id, due_on, int(amount * 100)),
                "txid": txid(self._random, _CHARGES_FROM + invoice_id) if pix else None,
            },
        )
        if charge_id is None:
            return None
        self._sample.charges.append(charge_id)
        return self._change("charge", "charges", charge_id)

    async def pay(self) -> Change | None:
        """Somebody pays an open charge."""
        charges = self._sample.charges
        if not charges:
            return None
        charge_id = charges.pop(self._random.randrange(len(charges)))
        paid = await self._returned(statements.PAY, {"charge": charge_id})
        return None if paid is None else self._change("pay", "charges", charge_id)

    def _change(self, kind: str, table: str, *key: int) -> Change:
        return Change(kind, table, key, self._clock.now())

    async def _execute(self, statement: str, parameters: dict[str, Any]) -> int:
        return (await self._connection.execute(statement.encode(), parameters)).rowcount

    async def _returned(self, statement: str, parameters: dict[str, Any]) -> int | None:
        cursor = await self._connection.execute(statement.encode(), parameters)
        row = await cursor.fetchone()
        return None if row is None else int(row[0])
