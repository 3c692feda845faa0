"""Every tool keeps its arguments and its answer as JSON that reads back the same."""

import importlib
import pkgutil
from decimal import Decimal
from typing import Any

import pytest

import agents.tools
from agents.tools.ordering import cancel_order, place_order
from agents.tools.tool import Tool
from store.outcomes import Refused, refused
from store.placing import OrderLine, Placed, PlacedOrder

pytestmark = pytest.mark.unit


def every_tool() -> list[Tool[..., Any]]:
    modules = [
        importlib.import_module(f"agents.tools.{each.name}") for each in pkgutil.iter_modules(agents.tools.__path__)
    ]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Tool)]


def test_names_are_unique_and_every_signature_can_be_kept() -> None:
    tools = every_tool()
    assert len(tools) > 25
    assert len({tool.name for tool in tools}) == len(tools)
    for tool in tools:
        assert tool.arguments({}) == {}
        assert tool.run.__doc__, tool.name


def test_a_write_and_its_arguments_survive_their_json() -> None:
    lines = (OrderLine(1, 20, Decimal("3.20")),)
    asked = place_order.asked(place_order.bind(lines, Decimal("64.00"), payment=None))
    assert asked["lines"] == [{"offer_id": 1, "quantity": 20, "unit_price": "3.20"}]
    back = place_order.arguments(asked)
    assert (tuple(back["lines"]), back["total"]) == (lines, Decimal("64.00"))


def test_the_answer_of_a_union_says_which_it_is() -> None:
    order = PlacedOrder(
        1, "10000482", 3, "Sol", "placed", 1, Decimal("64.00"), Decimal(0), Decimal(0), Decimal("64.00")
    )
    for answer in (Placed((order,)), refused("price_changed", wanted=Decimal("64.00"))):
        back = place_order.answer(place_order.gave(answer))
        assert back == answer
        assert type(back) is type(answer)
    assert isinstance(cancel_order.answer(cancel_order.gave(refused("order_state", state="shipped"))), Refused)


def test_an_argument_that_a_tool_does_not_take_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        cancel_order.bind(1, pharmacy_id=9)  # type: ignore[call-arg]
