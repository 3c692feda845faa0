"""What an offer costs for a quantity and a place, and which campaigns run.

A tier takes a percentage off the offer's price; of all that apply the highest counts, they never add up. The price for
one unit is rounded half up to cents: what is charged is that price times the quantity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from psycopg import AsyncConnection
from psycopg.rows import class_row

Obstacle = Literal["not_for_sale", "above_ceiling"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many units of an offer."""

    offer_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer's price for ``quantity`` units delivered in a state on a day.

    ``list_price`` is the offer's own, ``unit_price`` after ``discount`` per cent; BRL. ``obstacle`` says why it may not
    be sold at all. Stock and the smallest quantity are told, not judged.
    """

    offer_id: int
    quantity: int
    product_id: int
    name: str
    presentation: str
    manufacturer: str
    stripe: str
    supplier_id: int
    supplier: str
    list_price: Decimal
    discount: Decimal
    unit_price: Decimal
    campaign: str | None
    ends_on: date | None
    ceiling_price: Decimal | None
    minimum_quantity: int
    available: int
    obstacle: Obstacle | None

    @property
    def total(self) -> Decimal:
        """BRL for all units."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Tier:
    """A discount that an offer has in a state on a day, from ``minimum_quantity`` units on."""

    offer_id: int
    minimum_quantity: int
    discount: Decimal
    unit_price: Decimal
    campaign: str | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Promotion:
    """An offer in a campaign that runs; ``unit_price`` holds from ``minimum_quantity`` units on."""

    campaign: str
    ends_on: date
    offer_id: int
    product_id: int
    name: str
    presentation: str
    manufacturer: str
    stripe: str
    supplier_id: int
    supplier: str
    minimum_quantity: int
    list_price: Decimal
    discount: Decimal
    unit_price: Decimal
    available: int


async def quotes(connection: AsyncConnection[Any], wanted: Sequence[Wanted], *, state: str, on: date) -> list[Quote]:
    """The price of each, in the order asked; unknown offers are left out. One query.

    ``state`` is where the goods go to, ``on`` the day in Brasília (``runtime``'s clock, not the database's).
    """
    async with connection.cursor(row_factory=class_row(Quote)) as cursor:
        await cursor.execute(
            _QUOTES,
            {
                "offers": [line.offer_id for line in wanted],
                "quantities": [line.quantity for line in wanted],
                "state": state,
                "on": on,
            },
        )
        return await cursor.fetchall()


async def tiers(connection: AsyncConnection[Any], offer_ids: Sequence[int], *, state: str, on: date) -> list[Tier]:
    """The offers' tiers that hold there and then and lower the price, offer by offer as asked, smallest quantity first.

    A tier that a smaller quantity's already reaches is left out. One query.
    """
    async with connection.cursor(row_factory=class_row(Tier)) as cursor:
        await cursor.execute(_TIERS, {"offers": list(offer_ids), "state": state, "on": on})
        found = await cursor.fetchall()
    best: dict[int, Decimal] = {}
    kept = []
    for tier in found:
        if tier.discount > best.get(tier.offer_id, Decimal(0)):
            best[tier.offer_id] = tier.discount
            kept.append(tier)
    return kept


async def promotions(connection: AsyncConnection[Any], *, state: str, on: date, limit: int = 10) -> list[Promotion]:
    """What campaigns offer there and then, with stock for the smallest order, the highest discounts first. One query.

    Only offers that may be sold, by suppliers that deliver in the state, each product once. It looks no further than
    the ``40 * limit`` highest discounts: a campaign may have tens of thousands.
    """
    async with connection.cursor(row_factory=class_row(Promotion)) as cursor:
        await cursor.execute(_PROMOTIONS, {"state": state, "on": on, "limit": limit, "most": 40 * limit})
        return await cursor.fetchall()


_QUOTES = """
SELECT offers.id AS offer_id, asked.quantity, products.id AS product_id, products.name, products.presentation,
       makers.trade_name AS manufacturer, products.stripe, offers.supplier_id, suppliers.trade_name AS supplier,
       offers.price AS list_price, coalesce(tier.discount, 0) AS discount,
       greatest(round(offers.price * (1 - coalesce(tier.discount, 0) / 100), 2), 0.01) AS unit_price,
       tier.campaign, tier.ends_on, products.ceiling_price, offers.minimum_quantity,
       greatest(coalesce(inventory.on_hand - inventory.reserved, 0), 0) AS available,
       CASE WHEN offers.state <> 'active' OR suppliers.status <> 'active' OR products.status <> 'active'
            THEN 'not_for_sale'
            WHEN offers.price > products.ceiling_price THEN 'above_ceiling' END AS obstacle
  FROM unnest(%(offers)s::bigint[], %(quantities)s::integer[]) WITH ORDINALITY AS asked (offer_id, quantity, place)
  JOIN offers ON offers.id = asked.offer_id
  JOIN products ON products.id = offers.product_id
  JOIN suppliers AS makers ON makers.id = products.manufacturer_id
  JOIN suppliers ON suppliers.id = offers.supplier_id
  LEFT JOIN inventory ON inventory.supplier_id = offers.supplier_id AND inventory.product_id = offers.product_id
  LEFT JOIN LATERAL (
      SELECT price_tiers.discount, price_tiers.campaign, price_tiers.ends_on
        FROM price_tiers
       WHERE price_tiers.offer_id = offers.id AND price_tiers.minimum_quantity <= asked.quantity
         AND (price_tiers.state IS NULL OR price_tiers.state = %(state)s)
         AND (price_tiers.campaign IS NULL OR %(on)s::date BETWEEN price_tiers.starts_on AND price_tiers.ends_on)
       ORDER BY price_tiers.discount DESC, price_tiers.campaign NULLS FIRST, price_tiers.id
       LIMIT 1
  ) AS tier ON true
 ORDER BY asked.place
"""
_TIERS = """
SELECT price_tiers.offer_id, price_tiers.minimum_quantity, price_tiers.discount,
       greatest(round(offers.price * (1 - price_tiers.discount / 100), 2), 0.01) AS unit_price, price_tiers.campaign,
       price_tiers.ends_on
  FROM unnest(%(offers)s::bigint[]) WITH ORDINALITY AS asked (offer_id, place)
  JOIN offers ON offers.id = asked.offer_id
  JOIN price_tiers ON price_tiers.offer_id = offers.id
 WHERE (price_tiers.state IS NULL OR price_tiers.state = %(state)s)
   AND (price_tiers.campaign IS NULL OR %(on)s::date BETWEEN price_tiers.starts_on AND price_tiers.ends_on)
 ORDER BY asked.place, price_tiers.minimum_quantity, price_tiers.discount DESC, price_tiers.campaign NULLS FIRST,
          price_tiers.id
"""
_PROMOTIONS = """
SELECT * FROM (
    SELECT DISTINCT ON (products.id)
           price_tiers.campaign, price_tiers.ends_on, offers.id AS offer_id, products.id AS product_id, products.name,
           products.presentation, makers.trade_name AS manufacturer, products.stripe, offers.supplier_id,
           suppliers.trade_name AS supplier,
           greatest(price_tiers.minimum_quantity, offers.minimum_quantity) AS minimum_quantity,
           offers.price AS list_price, price_tiers.discount,
           greatest(round(offers.price * (1 - price_tiers.discount / 100), 2), 0.01) AS unit_price,
           inventory.on_hand - inventory.reserved AS available
      FROM (
          SELECT * FROM price_tiers
           WHERE price_tiers.campaign IS NOT NULL AND %(on)s::date BETWEEN price_tiers.starts_on AND price_tiers.ends_on
             AND (price_tiers.state IS NULL OR price_tiers.state = %(state)s)
           ORDER BY price_tiers.discount DESC, price_tiers.id
           LIMIT %(most)s
      ) AS price_tiers
      JOIN offers ON offers.id = price_tiers.offer_id AND offers.state = 'active'
      JOIN products ON products.id = offers.product_id AND products.status = 'active'
      JOIN suppliers AS makers ON makers.id = products.manufacturer_id
      JOIN suppliers ON suppliers.id = offers.supplier_id AND suppliers.status = 'active'
      JOIN inventory ON inventory.supplier_id = offers.supplier_id AND inventory.product_id = offers.product_id
     WHERE (products.ceiling_price IS NULL OR offers.price <= products.ceiling_price)
       AND inventory.on_hand - inventory.reserved >= greatest(price_tiers.minimum_quantity, offers.minimum_quantity)
       AND EXISTS (SELECT FROM delivery_areas
                    WHERE delivery_areas.supplier_id = offers.supplier_id AND delivery_areas.state = %(state)s)
     ORDER BY products.id, price_tiers.discount DESC, offers.price, price_tiers.id
) AS one_a_product
 ORDER BY discount DESC, unit_price, offer_id
 LIMIT %(limit)s
"""
