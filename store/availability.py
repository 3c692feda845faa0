"""What can be bought now, from whom and at what price."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that a pharmacy may be told of.

    ``price`` is BRL for one unit and never above ``ceiling_price``; ``available`` counts units that are not reserved.
    """

    product_id: int
    name: str
    presentation: str
    manufacturer: str
    stripe: str
    ceiling_price: Decimal | None
    offer_id: int
    supplier_id: int
    supplier: str
    price: Decimal
    minimum_quantity: int
    available: int

    @property
    def can_be_ordered(self) -> bool:
        """Whether there is stock for the smallest order."""
        return self.available >= self.minimum_quantity


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is named to people."""

    product_id: int
    name: str
    active_ingredients: list[str]
    presentation: str
    manufacturer: str
    gtin: str | None
    anvisa_registration: str | None
    stripe: str
    storage: str | None
    ceiling_price: Decimal | None
    status: str
    shelf_life_months: int | None = None
    category: str | None = None
    form: str | None = None
    dose: str | None = None


async def offers(connection: AsyncConnection[Any], product_ids: Sequence[int]) -> list[Offer]:
    """The products' active offers by active suppliers, product by product in the order asked, cheapest first.

    An offer above its product's price ceiling may not be sold (Lei 10.742/2003) and is left out; so is a
    discontinued product. Offers without stock are in the list: they tell "out of stock" from "never sold".
    """
    async with connection.cursor(row_factory=class_row(Offer)) as cursor:
        await cursor.execute(_OFFERS, {"products": list(product_ids)})
        return await cursor.fetchall()


async def products(connection: AsyncConnection[Any], product_ids: Sequence[int]) -> list[Product]:
    """The products, in the order asked; unknown ids are left out."""
    async with connection.cursor(row_factory=class_row(Product)) as cursor:
        await cursor.execute(_PRODUCTS, {"products": list(product_ids)})
        return await cursor.fetchall()


async def by_gtin(connection: AsyncConnection[Any], gtin: str) -> list[Product]:
    """The products with that code on their package."""
    cursor = await connection.execute(
        "SELECT id FROM products WHERE gtin = %s ORDER BY id LIMIT 5", [gtin.lstrip("0").rjust(13, "0")]
    )
    return await products(connection, [row[0] for row in await cursor.fetchall()])


_OFFERS = """
SELECT products.id AS product_id, products.name, products.presentation, makers.trade_name AS manufacturer,
       products.stripe, products.ceiling_price, offers.id AS offer_id, offers.supplier_id,
       suppliers.trade_name AS supplier, offers.price, offers.minimum_quantity,
       greatest(coalesce(inventory.on_hand - inventory.reserved, 0), 0) AS available
  FROM unnest(%(products)s::bigint[]) WITH ORDINALITY AS asked (product_id, place)
  JOIN products ON products.id = asked.product_id AND products.status = 'active'
  JOIN suppliers AS makers ON makers.id = products.manufacturer_id
  JOIN offers ON offers.product_id = products.id AND offers.state = 'active'
  JOIN suppliers ON suppliers.id = offers.supplier_id AND suppliers.status = 'active'
  LEFT JOIN inventory ON inventory.supplier_id = offers.supplier_id AND inventory.product_id = offers.product_id
 WHERE products.ceiling_price IS NULL OR offers.price <= products.ceiling_price
 ORDER BY asked.place, offers.price, offers.id
"""
_PRODUCTS = """
SELECT products.id AS product_id, products.name, products.active_ingredients, products.presentation,
       makers.trade_name AS manufacturer, products.gtin, products.anvisa_registration,
       products.stripe, products.storage, products.ceiling_price, products.status, products.shelf_life_months,
       products.category, products.form, products.dose
  FROM unnest(%(products)s::bigint[]) WITH ORDINALITY AS asked (product_id, place)
  JOIN products ON products.id = asked.product_id
  JOIN suppliers AS makers ON makers.id = products.manufacturer_id
 ORDER BY asked.place
"""
