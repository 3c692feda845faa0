"""A number alone is an answer, a quantity or a rating only where one was asked for."""

from dataclasses import replace

import pytest

from agents.memory import Memory
from agents.testing import Talk
from tests.agents.shop import open_shop

pytestmark = pytest.mark.unit


async def test_a_bare_number_after_a_return_buys_nothing() -> None:
    talk = Talk(open_shop())
    talk.memory = Memory(introduced=True, last_flow="return_request", products=(1,))
    turn = await talk.says("24 então", "order_place", quantities=(24,))
    assert turn.flow == "not_understood"
    talk.memory = Memory(introduced=True, last_flow="product_price", products=(1,))
    assert (await talk.says("24 então", "order_place", quantities=(24,))).flow == "order_place"


async def test_a_bare_number_after_a_person_was_offered_is_no_rating() -> None:
    talk = Talk(object())
    talk.memory = replace(talk.memory, offered_person=True)
    turn = await talk.says("1", "rating", scores=(1,))
    assert turn.rating is None
    assert "nota" not in turn.text
