"""What figures and short words mean: each was taken for something else once."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import policy, saying
from agents.flows import when, wrong_item
from agents.matching import match
from agents.understanding.mending import mended
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context, Entities, Item
from tests.agents.conftest import make_product

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


def test_what_came_and_what_was_bought_give_the_difference() -> None:
    read = next(slot.read for slot in wrong_item.FLOW.slots if slot.name == "quantity")
    assert read(Entities(quantities=(10, 18)), "veio 10 e eu pedi 18") == [8]
    assert read(Entities(quantities=(3,)), "3 a mais") == (3,)


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
