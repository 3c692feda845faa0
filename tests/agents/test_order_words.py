"""Orders named by words: the newest, the one before it, the other one."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from agents.flows.order_words import is_bare, order_numbers
from agents.testing import Talk
from agents.tools.orders import LAST, LAST_BUT_ONE
from agents.understanding.normalise import fold
from agents.understanding.protocol import Entities
from store.orders import Line, Order
from store.terms import SupplierTerms
from tests.agents.conftest import make_order

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("quero cancelar o último pedido", LAST),
        ("cadê meu pedido mais recente?", LAST),
        ("nota da ultima compra", LAST),
        ("voltando, é do último", LAST),
        ("o mais recente", LAST),
        ("o último mesmo, por favor", LAST),
        ("do penúltimo pedido", LAST_BUT_ONE),
    ],
)
def test_words_that_name_an_order(text: str, named: str) -> None:
    assert order_numbers(Entities(), text) == [named]


@pytest.mark.parametrize(
    "text",
    [
        "meus últimos pedidos",
        "o último pedido de dipirona",
        "é a última vez que compro",
        "qual o remédio mais recente de vocês?",
        "por último, quanto custa a losartana?",
        "",
    ],
)
def test_words_that_name_none(text: str) -> None:
    assert order_numbers(Entities(), text) == []


def test_a_number_is_worth_more_than_words() -> None:
    assert order_numbers(Entities(order_numbers=("10000482",)), "o último pedido, 10000482") == ["10000482"]


@pytest.mark.parametrize(("text", "bare"), [("não, o outro", True), ("o outro", True), ("e o outro produto?", False)])
def test_the_other_one_alone(text: str, bare: bool) -> None:
    assert is_bare(fold(text)) is bare


class Market:
    """An order under way, and an older one that came."""

    def __init__(self) -> None:
        self.orders = [make_order(number="10000900"), make_order(number="10000482", order_id=2, status="delivered")]

    def find_orders(self, number: str) -> Sequence[Order]:
        at = {LAST: 0, LAST_BUT_ONE: 1}.get(number)
        return [self.orders[at]] if at is not None else [order for order in self.orders if order.number == number]

    def open_orders(self) -> Sequence[Order]:
        return self.orders[:1]

    def last_orders(self, limit: int = 5) -> Sequence[Order]:
        return self.orders[:limit]

    def order_lines(self, order_ids: Sequence[int]) -> Sequence[Line]:
        lines = [Line(2, "10000482", 1, 101, "DIPIRONA", "500 MG COM CT BL X 30", 5, Decimal(5), Decimal(25), None)]
        return [line for line in lines if line.order_id in order_ids]

    def supplier_terms(self, ids: Sequence[int]) -> Sequence[SupplierTerms]:
        return []

    def request_return(self, *_: object, **__: object) -> None:
        raise AssertionError("nobody said yes")


@pytest.mark.parametrize("words", ["voltando, é do último pedido", "o último mesmo"])
async def test_a_return_goes_on_with_the_last_order_that_came(words: str) -> None:
    """And never becomes an order placed again, whatever the words sound like."""
    talk = Talk(Market())
    await talk.says("quero devolver", "return_request")
    assert "De qual pedido?" in talk.turns[-1].text
    turn = await talk.says(words, "reorder")
    assert turn.flow == "return_request"
    assert turn.text == "Quantas unidades de *DIPIRONA* 500 MG COM CT BL X 30? Você comprou 5."
    assert talk.memory.top is not None
    assert talk.memory.top.slots["order_number"] == "10000482"


async def test_the_last_order_is_cancelled_without_being_asked_for() -> None:
    market = Market()
    market.orders = [make_order(number="10000900", order_id=9, status="placed"), make_order(status="confirmed")]
    turn = await Talk(market).says("cancela o último pedido", "order_cancel")
    assert turn.text.startswith("Cancelar o pedido *10000900*")


async def test_the_other_one_is_none_that_was_spoken_of() -> None:
    talk = Talk(Market())
    await talk.says("cadê o 10000482?", "order_status", order_numbers=("10000482",))
    turn = await talk.says("não, o outro", corrects=True)
    assert "10000900" in turn.text
    assert "10000482" not in turn.text
    turn = await talk.says("o mais recente", "recommendation")
    assert turn.flow == "order_status"
    assert "10000900" in turn.text
