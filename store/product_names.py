"""What the products on sale are called, for telling a product's name from other words."""

from typing import Any

from psycopg import AsyncConnection


async def named(connection: AsyncConnection[Any], *, limit: int = 50_000) -> list[str]:
    """Distinct names and active ingredients of active products, at most ``limit`` of them."""
    cursor = await connection.execute(
        """
        SELECT name FROM products WHERE status = 'active'
         UNION
        SELECT unnest(active_ingredients) FROM products WHERE status = 'active'
         LIMIT %s
        """,
        [limit],
    )
    return [row[0] async for row in cursor]
