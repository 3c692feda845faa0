"""What may be taken instead of a product: the same active ingredients, dose and form, by another maker.

Nothing is guessed: a product whose form or dose is not known has no substitutes and is none. Whether one may replace
the other at the counter depends on the categories (reference, generic, similar): they are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Substitute:
    """A product that may be taken instead of ``of_product_id``, with its cheapest offer that can be ordered now.

    The offer's fields are ``None`` when nobody has it in stock. ``price`` is BRL for one unit without tiers.
    """

    of_product_id: int
    product_id: int
    name: str
    active_ingredients: list[str]
    presentation: str
    manufacturer: str
    category: str | None
    form: str
    dose: str
    stripe: str
    storage: str | None
    offer_id: int | None
    supplier_id: int | None
    supplier: str | None
    price: Decimal | None
    minimum_quantity: int | None
    available: int | None


async def substitutes(
    connection: AsyncConnection[Any], product_ids: Sequence[int], *, limit: int = 10
) -> list[Substitute]:
    """At most ``limit`` for each product, product by product as asked; those in stock first, cheapest first.

    One query.
    """
    async with connection.cursor(row_factory=class_row(Substitute)) as cursor:
        await cursor.execute(_SUBSTITUTES, {"products": list(product_ids), "limit": limit})
        return await cursor.fetchall()


_SUBSTITUTES = """
SELECT asked.product_id AS of_product_id, other.*
  FROM unnest(%(products)s::bigint[]) WITH ORDINALITY AS asked (product_id, place)
  JOIN products AS wanted ON wanted.id = asked.product_id
 CROSS JOIN LATERAL (
    SELECT products.id AS product_id, products.name, products.active_ingredients, products.presentation,
           makers.trade_name AS manufacturer, products.category, products.form, products.dose, products.stripe,
           products.storage, best.offer_id, best.supplier_id, best.supplier, best.price, best.minimum_quantity,
           best.available
      FROM products
      JOIN suppliers AS makers ON makers.id = products.manufacturer_id
      LEFT JOIN LATERAL (
          SELECT offers.id AS offer_id, offers.supplier_id, suppliers.trade_name AS supplier, offers.price,
                 offers.minimum_quantity, inventory.on_hand - inventory.reserved AS available
            FROM offers
            JOIN suppliers ON suppliers.id = offers.supplier_id AND suppliers.status = 'active'
            JOIN inventory ON inventory.supplier_id = offers.supplier_id AND inventory.product_id = offers.product_id
           WHERE offers.product_id = products.id AND offers.state = 'active'
             AND inventory.on_hand - inventory.reserved >= offers.minimum_quantity
             AND (products.ceiling_price IS NULL OR offers.price <= products.ceiling_price)
           ORDER BY offers.price, offers.id
           LIMIT 1
      ) AS best ON true
     WHERE products.active_ingredients @> wanted.active_ingredients
       AND products.active_ingredients <@ wanted.active_ingredients
       AND products.form = wanted.form AND products.dose = wanted.dose
       AND products.manufacturer_id <> wanted.manufacturer_id AND products.status = 'active'
     ORDER BY best.price IS NULL, best.price, products.id
     LIMIT %(limit)s
 ) AS other
 ORDER BY asked.place, other.price IS NULL, other.price, other.product_id
"""
