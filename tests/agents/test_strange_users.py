"""What strange users made go wrong: short words, figures, corrections, digressions. Each was a wrong reply once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import policy, saying
from agents.flows import complaint, goods, return_request, when, wrong_item
from agents.flows.flow import Answer, Ask, Flow, question
from agents.matching import match
from agents.memory import Frame, Memory
from agents.testing import Fake, Talk, asked, step
from agents.tools.permitted import Permitted
from agents.understanding.mending import mended
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context, Entities, Item
from store.availability import Product
from store.orders import Line, Order
from tests.agents.conftest import make_order, make_product
from tests.agents.shop import open_shop

pytestmark = pytest.mark.unit
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def offline() -> OfflineUnderstanding:
    return OfflineUnderstanding()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pedido 1000 1564 ja foi despachado?", {"order_number": ["10001564"]}),
        ("cade o pedido 10.001.564", {"order_number": ["10001564"]}),
        ("manda a nota 129", {"invoice_number": ["129"]}),
        ("me manda a nf 66", {"invoice_number": ["66"]}),
        ("pedir 12 cx atorvastatina 40", {"product": ["atorvastatina 40"], "quantity": [12]}),
        ("quero 10 não 20 caixas de omeprazol 20mg, ou melhor 15", {"product": ["omeprazol 20mg"], "quantity": [15]}),
        ("quero -5 caixas de ibuprofeno 600", {"product": ["ibuprofeno 600"]}),
        ("vcs me devem 25 mil reais", {"price": [25000.0]}),
    ],
)
def test_figures_are_what_people_mean(offline: OfflineUnderstanding, text: str, named: dict[str, Any]) -> None:
    found = offline.read(text, Context()).entities.as_dict()
    assert {name: found.get(name, []) for name in {*named, "quantity"}} == {"quantity": [], **named}


def test_a_score_stays_a_score(offline: OfflineUnderstanding) -> None:
    assert offline.read("dou nota 9", Context()).entities.invoice_numbers == ()


@given(st.text(max_size=60))
def test_mending_takes_any_text(text: str) -> None:
    named = Entities(products=("losartana",), quantities=(3,), items=(Item("losartana", 3),), order_numbers=("1000",))
    assert mended(named, text, corrects=True, flows=()).products


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("ontem", (date(2026, 11, 20),) * 2),
        ("setembro", (date(2026, 9, 1), date(2026, 9, 30))),
        ("dezembro", (date(2025, 12, 1), date(2025, 12, 31))),
        ("semana passada", (date(2026, 11, 9), date(2026, 11, 15))),
        ("sexta passada", (date(2026, 11, 20),) * 2),
        ("mes passado", (date(2026, 10, 1), date(2026, 10, 31))),
        ("dia 12/10", (date(2026, 10, 12),) * 2),
        ("25/12", (date(2025, 12, 25),) * 2),
        ("3 de novembro", (date(2026, 11, 3),) * 2),
        ("31/02", None),
        ("um dia desses", None),
    ],
)
def test_days_that_people_name(words: str, days: Any) -> None:
    assert when.past([words], TODAY) == days


@given(st.text(max_size=40), st.dates(min_value=date(2000, 1, 1)))
def test_days_are_never_in_the_future(words: str, today: date) -> None:
    found = when.past([words], today)
    assert found is None or found[0] <= today


@pytest.mark.parametrize("text", ["nao, deixa", "claro que nao!", "nao", "melhor nao", "nada nao", "deixa pra la"])
def test_no_is_no(text: str) -> None:
    assert saying.ALL_NO.fullmatch(text)
    assert not saying.ALL_YES.fullmatch(text)


@pytest.mark.parametrize("text", ["sim sim", "sim pode fechar", "ok, pode confirmar", "isso mesmo"])
def test_yes_is_yes(text: str) -> None:
    assert saying.is_yes(text)
    assert not saying.ALL_NO.fullmatch(text)


@pytest.mark.parametrize("text", ["acho que sim", "talvez", "sim mas so 5", "1", "nao sei", "sim nao"])
def test_neither_is_neither(text: str) -> None:
    assert not saying.is_yes(text)
    assert not saying.ALL_NO.fullmatch(text)


@pytest.mark.parametrize("text", ["vc é robo?", "vc é chatgpt?", "qual seu nome", "to falando com um robo ou pessoa?"])
async def test_the_assistant_says_that_it_is_one(text: str) -> None:
    turn = await Talk(object()).says(text, "human")
    assert "programa, não uma pessoa" in turn.text
    assert turn.escalate is None


@pytest.mark.parametrize("text", ["can I talk to someone?", "quiero hablar con una persona"])
async def test_a_person_is_called_in_other_languages(text: str) -> None:
    assert (await Talk(object()).says(text, "out_of_scope")).escalate is not None


@pytest.mark.parametrize("text", ["1", "2", "foi ontem", "o que?"])
async def test_what_does_not_answer_a_confirmation_changes_and_does_nothing(text: str) -> None:
    shop = open_shop()
    talk = Talk(shop)
    shop.known_orders = [make_order(status="placed")]
    shown = await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    turn = await talk.says(text, "rating", sure=0.3)
    assert "responda *sim* ou *não*" in turn.text
    assert turn.text.endswith(shown.text.splitlines()[-1])
    assert turn.rating is None
    assert not shop.cancelled
    assert (await talk.says("cancela")).flow == "order_cancel"
    assert shop.cancelled, "who is asked whether to cancel and says cancel means yes"


async def test_a_question_asked_over_and_over_ends_with_a_person() -> None:
    async def ask_again(ask: Ask, use: Permitted) -> Answer:
        return question("Qual deles?", step="ask")

    flow = Flow(name="loop", serves=("loop",), account=False, run=ask_again, steps={"ask": ask_again})
    talk = Talk(object(), flows=[flow])
    await talk.says("oi", "loop")
    texts = [(await talk.says("sei lá")).text for _ in range(3)]
    assert texts[0] == "Qual deles?"
    assert "atendente" in texts[1]
    assert texts[1].endswith("Qual deles?")
    assert talk.turns[-1].escalate is not None


async def test_the_price_in_the_middle_of_a_return_is_that_product_s() -> None:
    answer = await step(_returns(), _Counter(), order_number="10000482", product="losartana")
    assert answer.products == (1,)


async def test_goods_that_did_not_come_are_not_sent_back() -> None:
    world = _Counter(orders=[make_order(status="placed")])
    answer = await step(_returns(), world, order_number="10000482")
    assert "ainda não foi entregue" in answer.text
    assert "cancela o 10000482" in answer.text


async def test_days_for_a_return_that_are_over_are_said_before_questions() -> None:
    world = _Counter(orders=[make_order(status="delivered", delivered_at=datetime(2026, 10, 1, tzinfo=UTC))])
    answer = await step(_returns(), world, order_number="10000482", product="losartana")
    assert "já passou" in answer.text
    assert answer.offers_person


async def test_a_line_is_found_by_its_active_ingredient() -> None:
    world = _Counter(lines=[_line(1, "Morfxen"), _line(2, "Losadol")])
    ask = asked(order_number="10000482", product="morfina", quantity=2)
    answer = await goods.ask_for_return(ask, _permitted(world), reason="damaged", lead="")
    assert "*Morfxen*" in answer.text
    assert answer.seen["amount"] == "20", "what is at stake"


def test_what_came_and_what_was_bought_give_the_difference() -> None:
    read = next(slot.read for slot in wrong_item.FLOW.slots if slot.name == "quantity")
    assert read(Entities(quantities=(10, 18)), "veio 10 e eu pedi 18") == [8]
    assert read(Entities(quantities=(3,)), "3 a mais") == (3,)


async def test_a_complaint_keeps_its_words_when_an_order_is_named_after_it() -> None:
    talk = Talk(_Counter())
    await talk.says("o entregador foi muito grosso com a gente", "complaint")
    turn = await talk.says("10000482", "order_status", order_numbers=("10000482",))
    assert "sobre o pedido 10000482" in turn.text
    assert "“o entregador foi muito grosso com a gente”" in turn.text
    assert turn.flow == complaint.FLOW.name


def test_omeprazole_is_not_esomeprazole() -> None:
    right = make_product(1, "Omeprazol", "20 MG CAP DURA CT BL AL X 28")
    wrong = make_product(2, "Esomeprazol magnésico", "20 MG CAP DURA CT BL AL X 7")
    assert match("omeprazol 20mg", [(right, 1.0), (wrong, 1.0)]).exact == (right,)
    assert match("esomeprazol 20mg", [(right, 1.0), (wrong, 1.0)]).exact == (wrong,)


def test_tablets_are_meant_unless_a_liquid_is_named() -> None:
    tablet = make_product(1, "Dipirona", "500 MG COM CT BL AL X 30")
    ampoule = make_product(2, "Dipirona", "500 MG/ML SOL INJ CT 1 AMP VD AMB X 2 ML")
    both = [(ampoule, 1.0), (tablet, 1.0)]
    assert match("dipirona 500 mg", both).exact == (tablet,)
    assert match("dipirona 500mg/ml", both).exact == (ampoule,)
    assert match("dipirona 500", [(ampoule, 1.0)]).exact == (ampoule,), "there is nothing else"


def test_another_drug_is_no_hint() -> None:
    other = make_product(1, "Loratadina", "10 MG COM CT BL AL X 30")
    assert match("ritalina 10mg", [(other, 0.6)]).near == ()
    assert match("loratadna 10mg", [(other, 0.6)]).near == (other,)


@pytest.mark.parametrize(("stripe", "may"), [("black", False), ("red_retained", False), ("red", True), ("none", True)])
def test_what_is_controlled_is_not_put_forward(stripe: str, may: bool) -> None:
    assert policy.may_be_offered(stripe) is may


async def test_another_dose_of_what_was_asked_for() -> None:
    talk = Talk(open_shop())
    await talk.says("tem losartana 50?", "product_availability", products=("losartana 50",))
    turn = await talk.says("e de 100?", "product_info", sure=0.55)
    assert [call["asked"]["words"] for call in turn.seen["calls"] if call["tool"] == "find_products"] == [
        "losartana 100"
    ]


async def test_another_invoice_than_the_one_shown() -> None:
    talk = Talk(_Counter())
    talk.memory = Memory(introduced=True, frames=(Frame("invoice_copy", question="Quer?"),), asked=True)
    turn = await talk.says("não, a 178", "account_access", sure=0.3, corrects=True)
    assert turn.flow == "invoice_copy"
    assert turn.understood is not None
    assert turn.understood.entities.invoice_numbers == ("178",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("criança tomou e teve convulsão, o remédio tava com cor diferente", "health_risk"),
        ("acho que o remédio é falso", "health_risk"),
        ("não aguento mais viver", "health_risk"),
        ("vai tomar no cu", "anger"),
        ("denuncio vcs", "legal"),
    ],
)
async def test_what_may_harm_somebody_calls_a_person(text: str, reason: str) -> None:
    turn = await Talk(object()).says(text, "out_of_scope")
    assert turn.escalate is not None
    assert turn.escalate.reason == reason


@pytest.mark.parametrize("text", ["tem antialérgico?", "remédio pra alergia", "tem anticonvulsivante?"])
async def test_a_medicine_s_purpose_is_no_emergency(text: str) -> None:
    assert (await Talk(open_shop()).says(text, "product_search")).escalate is None


async def test_money_claimed_in_words_not_understood_goes_on_with_the_refund() -> None:
    talk = Talk(object())
    talk.memory = Memory(introduced=True, last_flow="refund_status")
    turn = await talk.says("38 mil reais!!!", prices=(38000.0,))
    assert turn.escalate is not None
    assert turn.escalate.reason == "money"


class _Counter:
    """An order, its lines and what they are."""

    def __init__(self, orders: Sequence[Order] = (), lines: Sequence[Line] = ()) -> None:
        self.orders = list(orders) or [make_order(status="delivered")]
        self.lines = list(lines) or [_line(1, "Losartana")]

    def find_orders(self, number: str) -> Sequence[Order]:
        return [order for order in self.orders if order.number == number]

    def order_lines(self, order_ids: Sequence[int]) -> Sequence[Line]:
        return self.lines

    def products(self, ids: Sequence[int]) -> Sequence[Product]:
        made = {1: "Sulfato de Morfina", 2: "Losartana Potássica"}
        return [make_product(one, "X", "10 MG COM", active_ingredients=[made[one]]) for one in ids]

    def invoices(self, order_ids: Any = None, number: int | None = None, unpaid: bool = False) -> Sequence[Any]:
        return []

    def supplier_terms(self, supplier_ids: Sequence[int]) -> Sequence[Any]:
        return []


def _line(product: int, name: str) -> Line:
    return Line(11, "10000482", product, product, name, "10 MG COM", 5, Decimal(10), Decimal(50), None)


def _returns() -> Flow:
    return return_request.FLOW


def _permitted(world: object) -> Permitted:
    return Permitted(Fake(world), goods.TOOLS)
