"""Returns, claims, refunds and complaints: found out piece by piece, shown whole, requested after a yes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.flows import bought, complaint, refund_status
from agents.testing import Talk, step
from store.after_sales import ComplaintOpened, ReturnRequested
from store.availability import Product
from store.orders import Line, Order
from store.outcomes import Refused, refused
from store.returns import Return
from store.terms import SupplierTerms
from tests.agents.conftest import make_order, make_product

pytestmark = pytest.mark.unit


def line(number: int, name: str, presentation: str, quantity: int = 10) -> Line:
    return Line(1, "10000482", number, 100 + number, name, presentation, quantity, Decimal(5), Decimal(50), None)


LINES = [
    line(1, "LOSARTANA POTASSICA", "50 MG COM REV CT BL X 30"),
    line(2, "LOSARTANA POTASSICA", "100 MG COM REV CT BL X 30"),
    line(3, "DIPIRONA", "500 MG/ML SOL OR CT FR 20 ML", quantity=1),
]
RETURN = Return(
    return_id=31,
    order_id=1,
    order_number="10000482",
    supplier="Distribuidora Sol",
    product_id=101,
    name="LOSARTANA",
    presentation="50 MG",
    quantity=2,
    reason="damaged",
    status="approved",
    requested_at=datetime(2026, 11, 10, tzinfo=UTC),
    resolved_at=None,
    refund_amount=None,
    refund_method=None,
    refund_status=None,
    refund_expected_on=None,
    refund_done_at=None,
)


@dataclass
class Depot:
    """One delivered order of three lines."""

    orders: list[Order] = field(default_factory=lambda: [make_order(status="delivered")])
    lines: list[Line] = field(default_factory=lambda: list(LINES))
    known_returns: list[Return] = field(default_factory=list)
    refusal: Refused | None = None
    days: int | None = 30
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def find_orders(self, number: str) -> Sequence[Order]:
        return [order for order in self.orders if order.number == number]

    def last_orders(self, limit: int = 5) -> Sequence[Order]:
        return self.orders[:limit]

    def order_lines(self, order_ids: Sequence[int]) -> Sequence[Line]:
        return [each for each in self.lines if each.order_id in order_ids]

    def products(self, ids: Sequence[int]) -> Sequence[Product]:
        return [make_product(each.product_id, each.name, each.presentation) for each in self.lines]

    def supplier_terms(self, supplier_ids: Sequence[int]) -> Sequence[SupplierTerms]:
        return [SupplierTerms(supplier_ids[0], "Distribuidora Sol", None, None, self.days)]

    def returns(self, order_ids: Sequence[int] | None = None) -> Sequence[Return]:
        return [each for each in self.known_returns if order_ids is None or each.order_id in order_ids]

    def request_return(
        self, order_id: int, product_id: int, quantity: int, *, reason: str, details: str | None = None
    ) -> ReturnRequested | Refused:
        if self.refusal is not None:
            return self.refusal
        self.asked.append((order_id, product_id, quantity, reason, details))
        return ReturnRequested(31, order_id, "10000482", "Distribuidora Sol", product_id, "LOSARTANA", quantity, reason)

    def open_complaint(self, subject: str, body: str, order_id: int | None = None) -> ComplaintOpened | Refused:
        self.asked.append((subject, body, order_id))
        return ComplaintOpened(88, subject, "10000482" if order_id else None)


@pytest.fixture
def depot() -> Depot:
    return Depot()


@pytest.fixture
def talk(depot: Depot) -> Talk:
    return Talk(depot)


async def test_return_is_found_out_piece_by_piece(talk: Talk, depot: Depot) -> None:
    turn = await talk.says("quero devolver um produto", "return_request")
    assert "Os últimos entregues:\n• 10000482 (Distribuidora Sol, 17/11)" in turn.text
    turn = await talk.says("10000482", order_numbers=("10000482",))
    assert "Qual produto do pedido 10000482?" in turn.text
    turn = await talk.says("losartana", products=("losartana",))
    assert "Mais de um produto combina" in turn.text
    assert "DIPIRONA" not in turn.text
    turn = await talk.says("a losartana 100", products=("losartana 100",))
    assert "Quantas unidades de *LOSARTANA POTASSICA* 100 MG" in turn.text
    turn = await talk.says("30", quantities=(30,))
    assert "você comprou 10 unidades" in turn.text
    turn = await talk.says("3", quantities=(3,))
    assert "• 3 unidades" in turn.text
    assert "Motivo: não vai usar" in turn.text
    assert depot.asked == []
    assert "protocolo *D31*" in (await talk.says("sim")).text
    assert depot.asked == [(1, 102, 3, "not_needed", "quero devolver um produto")]
    await talk.says("sim")
    assert len(depot.asked) == 1


async def test_return_said_in_one_message_asks_only_for_the_yes(talk: Talk, depot: Depot) -> None:
    said = "quero devolver 2 losartana 50 do pedido 10000482"
    named: dict[str, Any] = {"order_numbers": ("10000482",), "products": ("losartana 50",), "quantities": (2,)}
    turn = await talk.says(said, "return_request", **named)
    assert "Posso enviar? Responda *sim*." in turn.text
    await talk.says("não")
    assert depot.asked == []


async def test_single_unit_is_not_asked_for(talk: Talk) -> None:
    named: dict[str, Any] = {"order_numbers": ("10000482",), "products": ("dipirona",)}
    turn = await talk.says("quebrou a dipirona", "damaged_item", **named)
    assert "• 1 unidade\n" in turn.text
    assert "Motivo: avaria" in turn.text


async def test_another_pharmacys_order_is_not_found(talk: Talk) -> None:
    turn = await talk.says("devolver do 19999999", "return_request", order_numbers=("19999999",))
    assert "Não encontrei o pedido 19999999" in turn.text


async def test_product_that_is_not_in_the_order(talk: Talk) -> None:
    named: dict[str, Any] = {"order_numbers": ("10000482",), "products": ("rivotril",)}
    turn = await talk.says("devolver rivotril", "return_request", **named)
    assert "Não achei “rivotril” no pedido 10000482" in turn.text


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (refused("too_late", wanted=12, allowed=7), "é de 7 dias e já passou"),
        (refused("not_returnable", state="refrigerated"), "Produto de geladeira"),
        (refused("order_state", state="shipped"), "ainda não consta como entregue"),
        (refused("quantity", wanted=3, allowed=1), "Só há 1 unidades"),
        (refused("not_found"), "Não encontrei esse item"),
    ],
)
async def test_refusal_says_why_and_offers_a_person(talk: Talk, depot: Depot, refusal: Refused, said: str) -> None:
    depot.refusal = refusal
    named: dict[str, Any] = {"order_numbers": ("10000482",), "products": ("dipirona",)}
    await talk.says("devolver a dipirona", "return_request", **named)
    turn = await talk.says("sim")
    assert said in turn.text
    assert (await talk.says("sim")).escalate is not None


@pytest.mark.parametrize(
    ("text", "flow", "urgent"),
    [
        ("a dipirona chegou quente, sem gelo", "damaged_item", True),
        ("a dipirona chegou amassada", "damaged_item", False),
        ("a dipirona veio vencida", "short_expiry", True),
        ("a dipirona vence mês que vem", "short_expiry", False),
    ],
)
async def test_what_may_harm_calls_a_person_at_once(
    talk: Talk, depot: Depot, text: str, flow: str, urgent: bool
) -> None:
    await talk.says(text, flow, order_numbers=("10000482",), products=("dipirona",))
    turn = await talk.says("sim")
    assert len(depot.asked) == 1
    assert (turn.escalate is not None and turn.escalate.priority == "urgent") == urgent
    assert ("Não venda nem use" in turn.text) == urgent


async def test_missing_goods_are_claimed_and_others_taken_back(talk: Talk, depot: Depot) -> None:
    named: dict[str, Any] = {"order_numbers": ("10000482",), "products": ("losartana 50",), "quantities": (4,)}
    turn = await talk.says("faltaram 4 losartana 50", "wrong_item", **named)
    assert "• Faltam: 4" in turn.text
    assert "protocolo *R88*" in (await talk.says("sim")).text
    assert depot.asked == [("delivery", "faltaram 4 losartana 50", 1)]
    turn = await talk.says("veio losartana 100 no lugar", "wrong_item", **(named | {"products": ("losartana 100",)}))
    assert "Motivo: produto diferente" in turn.text


async def test_missing_goods_without_an_order_ask_for_it_and_keep_the_words(talk: Talk, depot: Depot) -> None:
    await talk.says("veio faltando mercadoria", "wrong_item")
    turn = await talk.says("10000482", order_numbers=("10000482",))
    assert "“veio faltando mercadoria”" in turn.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "aprovada; o crédito sai quando"),
        ({"status": "rejected"}, "não aceita"),
        (
            {
                "refund_amount": Decimal(30),
                "refund_method": "pix",
                "refund_status": "scheduled",
                "refund_expected_on": date(2026, 11, 25),
            },
            "R$ 30,00 a caminho por PIX, previsto para 25/11",
        ),
        (
            {
                "refund_amount": Decimal(30),
                "refund_method": "credit",
                "refund_status": "done",
                "refund_done_at": datetime(2026, 11, 19, 15, tzinfo=UTC),
            },
            "R$ 30,00 devolvidos por crédito na conta em 19/11",
        ),
        ({"refund_amount": Decimal(30), "refund_status": "failed"}, "não passou"),
    ],
)
async def test_refund_tells_where_the_money_is(depot: Depot, changes: dict[str, Any], said: str) -> None:
    depot.known_returns = [replace(RETURN, **changes)]
    assert said in (await step(refund_status.FLOW, depot)).text


async def test_refund_of_nothing_offers_a_person(depot: Depot) -> None:
    assert (await step(refund_status.FLOW, depot)).offers_person
    answer = await step(refund_status.FLOW, depot, order_number=["19999999"])
    assert "Não encontrei o pedido" in answer.text


async def test_complaint_is_shown_before_it_is_kept(talk: Talk, depot: Depot) -> None:
    turn = await talk.says("o motorista de vocês foi grosseiro com a minha funcionária", "complaint")
    assert "“o motorista de vocês foi grosseiro com a minha funcionária”" in turn.text
    turn = await talk.says("sim")
    assert "protocolo *R88*" in turn.text
    assert depot.asked == [("delivery", "o motorista de vocês foi grosseiro com a minha funcionária", None)]


async def test_complaint_without_a_story_asks_what_happened(talk: Talk, depot: Depot) -> None:
    assert "o que aconteceu?" in (await talk.says("quero reclamar", "complaint")).text
    turn = await talk.says("atendente desligou na minha cara")
    assert "“atendente desligou na minha cara”" in turn.text
    await talk.says("sim")
    assert depot.asked == [("service", "atendente desligou na minha cara", None)]


@pytest.mark.parametrize(
    ("text", "subject"), [("preço abusivo", "price"), ("boleto errado", "billing"), ("hum", "other")]
)
def test_subject_of_a_complaint(text: str, subject: str) -> None:
    assert complaint.subject_of(text) == subject


@given(st.text(max_size=60))
def test_no_words_name_a_line_wrongly_by_numbers_alone(words: str) -> None:
    """Whatever is written, a line is named by a word of its name, never by a number."""
    for found in bought.meant(words, LINES):
        assert any(char.isalpha() for char in words), found
