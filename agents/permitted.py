"""A flow's tools: those it declares and no other, each call noted for the record of the turn."""

from collections.abc import Callable, Sequence
from typing import Any

from agents import tools
from agents.matching import Found
from agents.tools import Tools
from store.availability import Offer, Product
from store.orders import Order


class ToolNotAllowedError(Exception):
    """A flow called a tool that it does not declare: a mistake in the flow."""


class Permitted:
    """``Tools`` restricted to ``allowed``; ``calls`` holds each call and the ids it gave, as JSON.

    ``make`` gives the tools themselves, at the first permitted call.
    """

    def __init__(self, make: Callable[[], Tools], allowed: Sequence[str]) -> None:
        self._make = make
        self._allowed = frozenset(allowed)
        self.calls: list[dict[str, Any]] = []

    async def find_orders(self, number: str) -> Sequence[Order]:
        self._permit(tools.FIND_ORDERS)
        found = await self._make().find_orders(number)
        self._note(tools.FIND_ORDERS, number, [order.number for order in found])
        return found

    async def open_orders(self) -> Sequence[Order]:
        self._permit(tools.OPEN_ORDERS)
        found = await self._make().open_orders()
        self._note(tools.OPEN_ORDERS, None, [order.number for order in found])
        return found

    async def find_products(self, words: str) -> Found:
        self._permit(tools.FIND_PRODUCTS)
        found = await self._make().find_products(words)
        ids = [product.product_id for product in (*found.exact, *found.near)]
        self._note(tools.FIND_PRODUCTS, words, ids)
        return found

    async def products(self, ids: Sequence[int]) -> Sequence[Product]:
        self._permit(tools.PRODUCTS)
        found = await self._make().products(ids)
        self._note(tools.PRODUCTS, list(ids), [product.product_id for product in found])
        return found

    async def offers(self, ids: Sequence[int]) -> Sequence[Offer]:
        self._permit(tools.OFFERS)
        found = await self._make().offers(ids)
        told = [{"offer": offer.offer_id, "price": str(offer.price), "available": offer.available} for offer in found]
        self._note(tools.OFFERS, list(ids), told)
        return found

    def _permit(self, tool: str) -> None:
        if tool not in self._allowed:
            raise ToolNotAllowedError(f"the flow does not declare the tool {tool}")

    def _note(self, tool: str, asked: Any, gave: Any) -> None:
        self.calls.append({"tool": tool, "asked": asked, "gave": gave})
