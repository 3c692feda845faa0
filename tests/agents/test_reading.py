"""What a message names, as people write it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.understanding import model_file
from agents.understanding.clauses import split
from agents.understanding.normalise import fold, scan, tokens
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context, Item
from agents.understanding.reading import read
from agents.understanding.vocabulary import Vocabulary, within

pytestmark = pytest.mark.unit

VOCABULARY = Vocabulary(["Zolibrax Forte"])


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("cadê o pedido 10000482?", {"order_number": ["10000482"]}),
        ("ped 10000482 e 10000483", {"order_number": ["10000482", "10000483"]}),
        ("me manda a nota fiscal 118902", {"invoice_number": ["118902"]}),
        ("tem dipirona 500mg?", {"product": ["dipirona 500mg"]}),
        ("tem losart 50mg ems aí?", {"product": ["losart 50mg ems"]}),
        ("quanto tá a dipirona 500 c/30", {"product": ["dipirona 500 c/30"]}),
        ("manda 20 caixas de losartana 50mg", {"quantity": [20], "product": ["losartana 50mg"]}),
        ("quero 10 dorflex, 20 neosaldina", {"quantity": [10, 20], "product": ["dorflex", "neosaldina"]}),
        ("meia dúzia de insulina nph", {"quantity": [6], "product": ["insulina nph"]}),
        ("duas dúzias de álcool 70", {"quantity": [24], "product": ["álcool 70"]}),
        ("quero vinte e cinco caixas de omeprazol", {"quantity": [25], "product": ["omeprazol"]}),
        ("manda 1.200 unidades de dipirona", {"quantity": [1200], "product": ["dipirona"]}),
        ("tem cloridrato de sertralina 50 mg?", {"product": ["cloridrato de sertralina 50 mg"]}),
        ("quanto custa o Puran T4 25mcg", {"product": ["Puran T4 25mcg"]}),
        ("tem zolibrax?", {"product": ["zolibrax"]}),
        ("tem azitromcina?", {"product": ["azitromcina"]}),
        ("era pra chegar sexta-feira passada", {"date": ["sexta-feira passada"]}),
        ("comprei dia 12 e até agora nada", {"date": ["dia 12"]}),
        ("na concorrência o dorflex tá R$ 3,20", {"product": ["dorflex"], "price": [3.2]}),
        ("me cobraram 1.250,00 reais no pedido 10000482", {"price": [1250.0], "order_number": ["10000482"]}),
        ("meu CNPJ é 11.222.333/0001-81", {"cnpj": ["11222333000181"]}),
        ("cnpj 12.ABC.345/01DE-35", {"cnpj": ["12ABC34501DE35"]}),
        ("vocês entregam em Feira de Santana?", {"city": ["Feira de Santana"]}),
        ("dou nota 9 pro atendimento", {"score": [9]}),
        ("cotar EAN 7891058001155", {"gtin": ["7891058001155"]}),
        ("bom dia, tudo bem?", {}),
        ("", {}),
    ],
)
def test_names_in_a_message(text: str, entities: dict[str, Any]) -> None:
    offline = OfflineUnderstanding(["Zolibrax Forte"])
    assert offline.read(text, Context()).entities.as_dict() == entities


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            "quero 10 cx de losartana 50 e 5 dipirona",
            (Item("losartana 50", 10, "caixa"), Item("dipirona", 5)),
        ),
        ("manda captopril 25mg 30 caixas", (Item("captopril 25mg", 30, "caixa"),)),
        ("tem dipirona e 5 caixas de dorflex?", (Item("dipirona"), Item("dorflex", 5, "caixa"))),
    ],
)
def test_each_product_has_its_own_quantity(offline: OfflineUnderstanding, text: str, items: tuple[Item, ...]) -> None:
    assert offline.read(text, Context()).entities.items == items


def test_portuguese_as_typed_is_made_comparable() -> None:
    assert tokens("VC tem aí?? tá bommmm, qto custa") == tokens("você tem ai ?? está bom, quanto custa")
    assert fold("dipi\u200brona\u202e") == "dipirona"
    assert tokens("oiiii") == ["oi"]


def test_places_are_those_of_the_text_as_written() -> None:
    text = "T\u200bÁ aí, ½ ﬁo?"
    assert [text[token.start : token.end] for token in scan(text)] == ["T\u200bÁ", "aí", ",", "½", "½", "ﬁo", "?"]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("tem dipirona? e quanto custa?", ["tem dipirona ?", "e quanto custa ?"]),
        ("tem losartana e quanto custa", ["tem losartana", "e quanto custa"]),
        ("dipirona e losartana", ["dipirona e losartana"]),
    ],
)
def test_a_message_is_cut_into_what_it_asks(text: str, clauses: list[str]) -> None:
    words = tokens(text)
    assert [" ".join(words[start:end]) for start, end in split(words, [])] == clauses


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    reading = read(text, model_file.load().tagger, VOCABULARY)
    for name in reading.names:
        assert reading.written(name) in text
    assert all(start < end for start, end in split(reading.words, reading.names))


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 3))
def test_distance_is_symmetric_and_reflexive(left: str, right: str, limit: int) -> None:
    assert within(left, right, limit) == within(right, left, limit)
    assert within(left, left, limit)


def test_distance_counts_a_swap_once() -> None:
    assert within("losratana", "losartana", 1)
    assert not within("losartan", "losartanas", 1)
