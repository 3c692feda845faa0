"""Brings manufacturers, products and price ceilings to what an official price list says."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from psycopg import Connection

from runtime.text.interchange import form_and_dose
from schemas.records.catalog import Stripe


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One presentation of the list; ``cnpj`` is bare and valid, ``factory_price`` BRL with two decimals."""

    line: int
    cnpj: str
    manufacturer: str
    active_ingredients: tuple[str, ...]
    presentation: str
    price_regime: Literal["regulated", "released"]
    factory_price: Decimal
    stripe: Stripe


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import did to the database."""

    rows: int
    new_suppliers: int
    new_products: int
    changed_products: int

    @property
    def unchanged_products(self) -> int:
        """Products that were already as the list says."""
        return self.rows - self.new_products - self.changed_products


def upsert(connection: Connection[Any], rows: Iterable[PriceRow]) -> Counts:
    """Brings the database to the list, in one transaction; doing it again changes nothing. Blocks.

    ``rows`` are read as they are copied; an exception they raise takes everything back. The list names neither bar code
    nor registration, so that a product is known by its manufacturer, active ingredients and presentation; where the
    list has several such rows, the cheapest is variant 1, the next variant 2. A list must therefore be complete. What
    the list does not know (an unknown stripe, retention of the prescription) leaves what is known.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('price list'))")
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(
                    (
                        row.line,
                        row.cnpj,
                        row.manufacturer,
                        list(row.active_ingredients),
                        row.presentation,
                        row.price_regime,
                        row.factory_price,
                        row.stripe,
                        *form_and_dose(row.presentation, row.active_ingredients),
                    )
                )
        copied = cursor.rowcount
        cursor.execute("ANALYZE price_list")
        new_suppliers = cursor.execute(_NEW_SUPPLIERS).rowcount
        cursor.execute(_RENAMED_SUPPLIERS)
        cursor.execute(_VARIANTS)
        changed = cursor.execute(_CHANGED_PRODUCTS).rowcount
        new = cursor.execute(_NEW_PRODUCTS).rowcount
        cursor.execute("DROP TABLE price_list_product, price_list")
    return Counts(copied, new_suppliers, new, changed)


_STAGE = """
CREATE TEMPORARY TABLE price_list (
    line integer, cnpj text, manufacturer text, active_ingredients text[], presentation text, price_regime text,
    factory_price numeric(12,2), stripe text, form text, dose text
)
"""
_COPY = """
COPY price_list (line, cnpj, manufacturer, active_ingredients, presentation, price_regime, factory_price, stripe, form,
                 dose)
FROM STDIN
"""
_NEW_SUPPLIERS = """
INSERT INTO suppliers (cnpj, legal_name, trade_name, kind, status)
SELECT DISTINCT ON (cnpj) cnpj, manufacturer, manufacturer, 'manufacturer', 'active'
  FROM price_list
 WHERE cnpj NOT IN (SELECT cnpj FROM suppliers)
 ORDER BY cnpj, line DESC
"""
_RENAMED_SUPPLIERS = """
UPDATE suppliers SET legal_name = listed.manufacturer
  FROM (SELECT DISTINCT ON (cnpj) cnpj, manufacturer FROM price_list ORDER BY cnpj, line DESC) AS listed
 WHERE suppliers.cnpj = listed.cnpj AND suppliers.legal_name <> listed.manufacturer
"""
_VARIANTS = """
CREATE TEMPORARY TABLE price_list_product AS
SELECT suppliers.id AS manufacturer_id, active_ingredients, presentation, price_regime, factory_price, stripe, form,
       dose,
       CASE price_regime WHEN 'regulated' THEN factory_price END AS ceiling_price, line,
       row_number() OVER (PARTITION BY suppliers.id, active_ingredients, presentation
                              ORDER BY factory_price, stripe, price_regime, line)::smallint AS variant
  FROM price_list JOIN suppliers USING (cnpj)
"""
_CHANGED_PRODUCTS = """
UPDATE products
   SET price_regime = listed.price_regime, factory_price = listed.factory_price, ceiling_price = listed.ceiling_price,
       stripe = known.stripe, form = listed.form, dose = listed.dose
  FROM price_list_product AS listed, LATERAL (
      SELECT products_now.id,
             CASE WHEN listed.stripe = 'unknown' OR (listed.stripe = 'red' AND products_now.stripe = 'red_retained')
                  THEN products_now.stripe ELSE listed.stripe END AS stripe
        FROM products AS products_now
       WHERE products_now.manufacturer_id = listed.manufacturer_id AND products_now.presentation = listed.presentation
         AND products_now.active_ingredients = listed.active_ingredients AND products_now.variant = listed.variant
  ) AS known
 WHERE products.id = known.id
   AND (products.price_regime, products.factory_price, products.ceiling_price, products.stripe, products.form,
        products.dose)
       IS DISTINCT FROM (listed.price_regime, listed.factory_price, listed.ceiling_price, known.stripe, listed.form,
                         listed.dose)
"""
_NEW_PRODUCTS = """
INSERT INTO products (name, active_ingredients, presentation, manufacturer_id, variant, stripe, price_regime,
                      factory_price, ceiling_price, status, form, dose)
SELECT array_to_string(active_ingredients, ' + '), active_ingredients, presentation, manufacturer_id, variant, stripe,
       price_regime, factory_price, ceiling_price, 'active', form, dose
  FROM price_list_product AS listed
 WHERE NOT EXISTS (
     SELECT FROM products
      WHERE products.manufacturer_id = listed.manufacturer_id AND products.presentation = listed.presentation
        AND products.active_ingredients = listed.active_ingredients AND products.variant = listed.variant
 )
 ORDER BY line
"""
