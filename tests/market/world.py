"""Arranging a market of a test's own: a pharmacy, suppliers, products, offers, stock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from psycopg import AsyncConnection

from schemas.identifiers import digitable_line, with_cnpj_digits, with_nfe_digit
from tests.store.databases import Database

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
_NUMBERS = count(1)


@dataclass(frozen=True)
class Buyer:
    """A pharmacy in São Paulo with an address and a contact."""

    id: int
    contact: int
    address: int


@dataclass
class World:
    """Everything is made anew for a test; nothing of the invented market is touched."""

    owner: AsyncConnection[Any]
    database: Database

    async def one(self, statement: str, *parameters: Any) -> Any:
        """The first column of the first row."""
        cursor = await self.owner.execute(statement.encode(), parameters or None)
        row = await cursor.fetchone() if cursor.description else None
        return None if row is None else row[0]

    async def all(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        cursor = await self.owner.execute(statement.encode(), parameters or None)
        return await cursor.fetchall()

    async def buyer(self, *, limit: str = "100000.00", blocked: str | None = None, status: str = "active") -> Buyer:
        pharmacy = await self.one(
            "INSERT INTO pharmacies (cnpj, legal_name, trade_name, city, state, status)"
            " VALUES (%s, 'X LTDA', 'Farmácia X', 'São Paulo', 'SP', %s) RETURNING id",
            cnpj(),
            status,
        )
        contact = await self.one(
            "INSERT INTO contacts (pharmacy_id, name, role, phone, consent, consent_at)"
            " VALUES (%s, 'Ana', 'buyer', '+5511999990000', 'granted', now()) RETURNING id",
            pharmacy,
        )
        address = await self.address(pharmacy, "SP", "São Paulo", preferred=True)
        await self.owner.execute("INSERT INTO credit_limits VALUES (%s, %s, %s, now())", [pharmacy, limit, blocked])
        return Buyer(pharmacy, contact, address)

    async def address(self, pharmacy: int, state: str, city: str, *, preferred: bool = False) -> int:
        found = await self.one(
            "INSERT INTO delivery_addresses (pharmacy_id, label, street, number, district, city, state, postal_code,"
            " preferred, status) VALUES (%s, 'Loja', 'Rua A', '1', 'Centro', %s, %s, '01310100', %s, 'active')"
            " RETURNING id",
            pharmacy,
            city,
            state,
            preferred,
        )
        return int(found)

    async def supplier(
        self,
        *,
        minimum: str | None = None,
        freight: str = "0.00",
        free_from: str | None = None,
        terms: tuple[tuple[str, str, str, str | None], ...] = (("boleto", "28", "0", None), ("pix", "0", "2.5", None)),
    ) -> int:
        supplier = int(
            await self.one(
                "INSERT INTO suppliers (cnpj, legal_name, trade_name, kind, city, state, status, minimum_order,"
                " return_days) VALUES (%s, 'D LTDA', 'Distribuidora D', 'distributor', 'São Paulo', 'SP', 'active', %s,"
                " 7) RETURNING id",
                cnpj(),
                minimum,
            )
        )
        await self.owner.execute(
            "INSERT INTO delivery_areas (supplier_id, state, freight, free_freight_from, days_from, days_to, weekdays)"
            " VALUES (%s, 'SP', %s, %s, 1, 2, '12345')",
            [supplier, freight, free_from],
        )
        for method, days, discount, least in terms:
            await self.owner.execute(
                "INSERT INTO payment_terms (supplier_id, method, due_days, discount, minimum_order)"
                " VALUES (%s, %s, %s, %s, %s)",
                [supplier, method, days, discount, least],
            )
        return supplier

    async def offer(
        self,
        supplier: int,
        price: str = "10.00",
        stock: int = 100,
        *,
        minimum: int = 1,
        ceiling: str | None = None,
        storage: str = "room",
    ) -> int:
        """The offer's id; its product is as new as it."""
        product = await self.one(
            "INSERT INTO products (name, active_ingredients, presentation, manufacturer_id, variant, stripe, storage,"
            " price_regime, ceiling_price, status, category, form, dose)"
            " VALUES (%s, ARRAY['TESTINA'], '50 MG COM', %s, 1, 'red', %s, %s, %s, 'active', 'generic', 'comprimido',"
            " '50 mg') RETURNING id",
            f"Testina {next(_NUMBERS)}",
            await self.supplier(),
            storage,
            "regulated" if ceiling else "released",
            ceiling,
        )
        offer = await self.one(
            "INSERT INTO offers (supplier_id, product_id, price, minimum_quantity, state)"
            " VALUES (%s, %s, %s, %s, 'active') RETURNING id",
            supplier,
            product,
            price,
            minimum,
        )
        await self.owner.execute("INSERT INTO inventory VALUES (%s, %s, %s, 0, now())", [supplier, product, stock])
        return int(offer)

    async def product(self, offer: int) -> int:
        return int(await self.one("SELECT product_id FROM offers WHERE id = %s", offer))

    async def stock(self, offer: int) -> tuple[int, int]:
        """On hand and reserved."""
        [row] = await self.all(
            "SELECT on_hand, reserved FROM inventory JOIN offers USING (supplier_id, product_id) WHERE offers.id = %s",
            offer,
        )
        return row[0], row[1]

    async def tier(self, offer: int, minimum: int, discount: str, **more: Any) -> None:
        columns = {"offer_id": offer, "minimum_quantity": minimum, "discount": discount, **more}
        names = ", ".join(columns)
        marks = ", ".join(["%s"] * len(columns))
        await self.owner.execute(f"INSERT INTO price_tiers ({names}) VALUES ({marks})".encode(), list(columns.values()))

    async def move(self, order: int, *statuses: str) -> None:
        for status in statuses:
            await self.owner.execute("UPDATE orders SET status = %s WHERE id = %s", [status, order])

    async def deliver(self, order: int, *, days_ago: int) -> None:
        await self.move(order, "confirmed", "picking", "invoiced", "shipped", "delivered")
        at = NOW - timedelta(days=days_ago)
        await self.owner.execute(
            "INSERT INTO shipments (order_id, carrier, status, shipped_at, delivered_at)"
            " VALUES (%s, 'Rota', 'delivered', %s, %s)",
            [order, at, at],
        )

    async def invoice(self, order: int, amount: str, status: str = "issued") -> int:
        number = next(_NUMBERS)
        key = with_nfe_digit(f"352605{cnpj()}55001{number:09d}1{number:08d}")
        return int(
            await self.one(
                "INSERT INTO invoices (order_id, access_key, series, number, amount, status, issued_at, due_on,"
                " paid_at) VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s) RETURNING id",
                order,
                key,
                number,
                amount,
                status,
                NOW,
                NOW.date() + timedelta(days=28),
                NOW if status == "paid" else None,
            )
        )

    async def charge(self, invoice: int, amount: str, *, instalment: int = 1, status: str = "open") -> int:
        due = NOW.date() + timedelta(days=28)
        line = digitable_line("001", due, int(Decimal(amount) * 100), f"{next(_NUMBERS):025d}")
        return int(
            await self.one(
                "INSERT INTO charges (invoice_id, instalment, method, digitable_line, amount, due_on, status)"
                " VALUES (%s, %s, 'boleto', %s, %s, %s, %s) RETURNING id",
                invoice,
                instalment,
                line,
                amount,
                due,
                status,
            )
        )


_RANDOM = Random(11)


def cnpj() -> str:
    """A registration that no other has."""
    return with_cnpj_digits(f"{_RANDOM.randrange(10**7, 10**8)}0001")
