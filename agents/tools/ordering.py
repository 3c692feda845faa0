"""Baskets, and what is written of orders. The totals shown are arguments: what differs when it is done is refused."""

from collections.abc import Sequence
from decimal import Decimal

from agents.tools.desk import Desk
from agents.tools.tool import read, write
from store import addresses as addressing
from store import amending, orders, placing
from store import amendment as amendments
from store import basket as baskets
from store.addresses import Address
from store.amending import Cancelled, Changed
from store.amendment import Amendment
from store.basket import Basket, Payment
from store.orders import Line, Order
from store.outcomes import Refused
from store.placing import OrderLine, Placed
from store.pricing import Wanted


@read
async def basket(
    desk: Desk, wanted: Sequence[Wanted], address_id: int | None = None, payment: Payment | None = None
) -> Basket:
    """What the offers would cost now, by supplier, and what is in the way."""
    return await desk.query(
        lambda connection: baskets.basket(
            connection, desk.pharmacy, wanted, now=desk.now, address_id=address_id, payment=payment
        )
    )


@read
async def amendment(
    desk: Desk, order_id: int, wanted: Sequence[Wanted] = (), address_id: int | None = None
) -> Amendment | Refused:
    """What an order would be with these quantities (0 takes a line out) or to this address."""
    return await desk.query(
        lambda connection: amendments.amendment(
            connection, desk.pharmacy, order_id, wanted, now=desk.now, address_id=address_id
        )
    )


@read
async def addresses(desk: Desk) -> Sequence[Address]:
    """Where the pharmacy has things delivered."""
    return await desk.query(lambda connection: addressing.addresses(connection, desk.pharmacy))


@read
async def last_orders(desk: Desk, limit: int = 5) -> Sequence[Order]:
    """The pharmacy's newest orders, whatever became of them."""
    return await desk.query(lambda connection: orders.newest(connection, desk.pharmacy, limit=limit))


@read
async def order_lines(desk: Desk, order_ids: Sequence[int]) -> Sequence[Line]:
    """The lines of the pharmacy's orders."""
    return await desk.query(lambda connection: orders.lines(connection, desk.pharmacy, order_ids))


@write
async def place_order(
    desk: Desk,
    lines: Sequence[OrderLine],
    total: Decimal,
    address_id: int | None = None,
    payment: Payment | None = None,
) -> Placed | Refused:
    """Places what ``basket`` showed, at its prices and total, or refuses the whole."""
    return await desk.change(
        lambda connection: placing.place_order(
            connection,
            **desk.signed,
            lines=lines,
            total=total,
            address_id=address_id,
            payment=payment,
        )
    )


@write
async def change_order(
    desk: Desk, order_id: int, total: Decimal, lines: Sequence[OrderLine] = (), address_id: int | None = None
) -> Changed | Refused:
    """Changes an order to what ``amendment`` showed."""
    return await desk.change(
        lambda connection: amending.change_order(
            connection,
            **desk.signed,
            order_id=order_id,
            lines=lines,
            total=total,
            address_id=address_id,
        )
    )


@write
async def cancel_order(desk: Desk, order_id: int) -> Cancelled | Refused:
    """Cancels an order at the pharmacy's wish, when its state allows it."""
    return await desk.change(
        lambda connection: amending.cancel_order(
            connection,
            **desk.signed,
            order_id=order_id,
        )
    )
