"""The agents' role: what a pharmacy may ask for, and not a column more."""

from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from tests.store.databases import Database

pytestmark = pytest.mark.broker

ALLOWED = {
    "requests": {"INSERT": {"id", "kind", "pharmacy_id", "contact_id", "result", "made_at"}},
    "orders": {
        "INSERT": {
            *("number", "pharmacy_id", "supplier_id", "status", "items_total", "discount", "freight", "total"),
            *("placed_at", "status_changed_at", "delivery_address_id", "payment_method", "due_days"),
        },
        "UPDATE": {"status", "cancel_reason", "items_total", "discount", "freight", "total", "delivery_address_id"},
    },
    "order_items": {
        "INSERT": {"order_id", "line", "product_id", "quantity", "unit_price", "total"},
        "UPDATE": {"quantity", "unit_price", "total"},
    },
    "inventory": {"UPDATE": {"reserved"}},
    "contacts": {"UPDATE": {"consent", "consent_at"}},
    "returns": {"INSERT": {"order_id", "product_id", "quantity", "reason", "details", "status", "requested_at"}},
    "complaints": {
        "INSERT": {"pharmacy_id", "contact_id", "order_id", "channel", "subject", "body", "status", "opened_at"}
    },
    "service_requests": {"INSERT": {"kind", "pharmacy_id", "contact_id", "order_id", "details", "status", "opened_at"}},
}
"""Spelled out a second time on purpose: a role that may do more takes a change here, too."""


def query(database: Database, role: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.dsn(role), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_it_may_write_exactly_these_columns(shop: Database) -> None:
    found = query(
        shop,
        "marketplace_owner",
        """
        SELECT relname, privilege, attname
          FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped,
               unnest(ARRAY['INSERT', 'UPDATE']) AS privilege
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
           AND has_column_privilege('marketplace_agent', pg_class.oid, attnum, privilege)
        """,
    )
    may: dict[str, dict[str, set[str]]] = {}
    for table, privilege, column in found:
        may.setdefault(table, {}).setdefault(privilege, set()).add(column)
    assert may == ALLOWED


def test_it_may_delete_lines_only_and_truncate_nothing(shop: Database) -> None:
    found = query(
        shop,
        "marketplace_owner",
        """
        SELECT relname, privilege
          FROM pg_class, unnest(ARRAY['DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) AS privilege
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
           AND has_table_privilege('marketplace_agent', pg_class.oid, privilege)
        """,
    )
    assert found == [("order_items", "DELETE")]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT phone FROM contacts",
        "SELECT name FROM contacts",
        "SELECT legal_name FROM pharmacies",
        "SELECT * FROM debezium_signal",
        "UPDATE offers SET price = 0.01",
        "UPDATE products SET ceiling_price = 999",
        "UPDATE inventory SET on_hand = 1000",
        "UPDATE credit_limits SET credit_limit = 1000000",
        "UPDATE charges SET status = 'paid'",
        "INSERT INTO payments (charge_id, method, amount, status, paid_at) VALUES (1, 'pix', 1, 'settled', now())",
        "INSERT INTO price_tiers (offer_id, minimum_quantity, discount) VALUES (1, 1, 90)",
        "UPDATE orders SET pharmacy_id = 1",
        "UPDATE returns SET status = 'refunded'",
        "UPDATE requests SET result = '{}'",
        "UPDATE contacts SET phone = '+5511999999999'",
        "DELETE FROM orders",
        "CREATE TABLE mine (id int)",
        "SELECT setval('order_numbers', 10000001)",
    ],
)
def test_it_may_not(shop: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(shop, "marketplace_agent", statement)


async def test_it_cannot_touch_the_lines_of_an_order_that_was_picked(
    shop: Database, agent: AsyncConnection[Any]
) -> None:
    [(order,)] = query(shop, "marketplace_owner", "SELECT min(id) FROM orders WHERE status = 'shipped'")
    for statement in (
        "DELETE FROM order_items WHERE order_id = %s",
        "UPDATE order_items SET total = 1 WHERE order_id = %s",
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match="is shipped and its items cannot change"):
            await agent.execute(statement.encode(), [order])
