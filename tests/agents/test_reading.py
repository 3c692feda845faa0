"""What a message names, as people write it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.understanding.clauses import split, strip_hello
from agents.understanding.corpus import common_words
from agents.understanding.normalise import fold, tokens
from agents.understanding.reading import read
from agents.understanding.vocabulary import Vocabulary, within

pytestmark = pytest.mark.unit

VOCABULARY = Vocabulary(["Zolibrax Forte"], common=common_words())


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("cadê o pedido 10000482?", {"order_number": ["10000482"]}),
        ("ped 10000482 e 10000483", {"order_number": ["10000482", "10000483"]}),
        ("pedido nº 0482", {"order_number": ["0482"]}),
        ("pedido AB-2026-00012", {"order_number": ["AB-2026-00012"]}),
        ("tem dipirona 500mg?", {"product": ["dipirona 500 mg"]}),
        ("losart 50mg ems", {"product": ["losart 50 mg ems"]}),
        ("dipirona 500 c/30", {"product": ["dipirona 500 com 30"]}),
        ("20 caixas de losartana 50mg", {"quantity": [20], "product": ["losartana 50 mg"]}),
        ("20 losartana 50 e 10 captopril", {"quantity": [20, 10], "product": ["losartana 50", "captopril"]}),
        ("10 dorflex, 20 neosaldina", {"quantity": [10, 20], "product": ["dorflex", "neosaldina"]}),
        ("dipirona 20 caixas", {"quantity": [20], "product": ["dipirona"]}),
        ("meia dúzia de insulina nph", {"quantity": [6], "product": ["insulina nph"]}),
        ("vinte caixas de omeprazol", {"quantity": [20], "product": ["omeprazol"]}),
        ("1.200 unidades de dipirona", {"quantity": [1200], "product": ["dipirona"]}),
        ("cloridrato de sertralina 50 mg", {"product": ["cloridrato de sertralina 50 mg"]}),
        ("amoxicilina com clavulanato 875", {"product": ["amoxicilina com clavulanato 875"]}),
        ("vitamina c 1g", {"product": ["vitamina c 1 g"]}),
        ("puran t4 25mcg", {"product": ["puran t4 25 mcg"]}),
        ("tem zolibrax?", {"product": ["zolibrax"]}),
        ("azitromcina", {"product": ["azitromcina"]}),
        ("chega sexta-feira ou dia 12 de dezembro?", {"date": ["sexta feira", "dia 12 de dezembro"]}),
        ("comprei ontem e 14/11", {"date": ["ontem", "14/11"]}),
        ("semana passada", {"date": ["semana passada"]}),
        ("achei por R$ 3,20", {"price": [3.2]}),
        ("tá 1.250,00 reais", {"price": [1250.0]}),
        ("CNPJ 11.222.333/0001-81", {"cnpj": ["11222333000181"]}),
        ("cnpj 12ABC34501DE35 e 12.ABC.345/01DE-35", {"cnpj": ["12ABC34501DE35"] * 2}),
        ("bom dia, tudo bem?", {}),
        ("", {}),
    ],
)
def test_names_in_a_message(text: str, entities: dict[str, Any]) -> None:
    assert read(text, VOCABULARY).entities.as_dict() == entities


def test_names_are_replaced_by_what_they_are() -> None:
    words = read("tem 20 cx de losartana 50mg no pedido 10000482?", VOCABULARY).words
    assert words == ("tem", "xnumero", "caixa", "de", "xproduto", "no", "pedido", "xpedido", "?")


def test_portuguese_as_typed_is_made_comparable() -> None:
    assert tokens(fold("VC tem aí?? tá bommmm, qto custa")) == tokens(fold("você tem ai ?? está bom, quanto custa"))
    assert fold("dipi\u200brona\u202e") == "dipirona"
    assert tokens(fold("oiiii")) == ["oi"]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("oi, bom dia! tem dipirona? e quanto custa?", ["tem dipirona", "quanto custa"]),
        ("tem losartana e quanto custa", ["tem losartana", "quanto custa"]),
        ("dipirona e losartana", ["dipirona e losartana"]),
        ("bom dia, tudo bem?", []),
        ("boa tarde pessoal, cadê meu pedido", ["cade meu pedido"]),
    ],
)
def test_a_message_is_cut_into_what_it_asks(text: str, clauses: list[str]) -> None:
    assert split(fold(text)) == clauses


def test_courtesy_is_not_cut_out_of_a_word() -> None:
    assert strip_hello("oito caixas") == "oito caixas"


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    reading = read(text, VOCABULARY)
    assert all(quantity > 0 for quantity in reading.entities.quantities)
    split(fold(text))


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 3))
def test_distance_is_symmetric_and_reflexive(left: str, right: str, limit: int) -> None:
    assert within(left, right, limit) == within(right, left, limit)
    assert within(left, left, limit)


def test_distance_counts_a_swap_once() -> None:
    assert within("losratana", "losartana", 1)
    assert not within("losartan", "losartanas", 1)
