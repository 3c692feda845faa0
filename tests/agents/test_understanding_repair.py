"""Spelling put right without touching words and names; what the words beside a number settle; what does not matter."""

import pytest

from agents.understanding import model_file
from agents.understanding.mattering import heeded, meant
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context, Entities
from agents.understanding.repair import Speller, skeleton, sound
from agents.understanding.vocabulary import Vocabulary

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(model_file.load().common, Vocabulary())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("reenbolso", "reembolso"),
        ("cheke", "cheque"),
        ("minino", "minimo"),
        ("cncla", "cancela"),
        ("blto", "boleto"),
        ("genrico", "generico"),
        ("atendimeto", "atendimento"),
    ],
)
def test_a_word_typed_by_ear_or_without_letters_is_put_right(speller: Speller, written: str, meant: str) -> None:
    assert speller.right(written) == meant


@pytest.mark.parametrize("word", ["dipirona", "dipirna", "boleto", "saudade", "xpto", "zolgensmaxx", "e", "50mg", ""])
def test_words_products_and_the_unheard_of_stay_as_they_are(speller: Speller, word: str) -> None:
    assert speller.right(word) == word


def test_what_sounds_alike_and_what_is_left_without_vowels() -> None:
    assert sound("devolussao") == sound("devolucao")
    assert sound("cheke") == sound("cheque")
    assert skeleton("cncla") == skeleton("cancela")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("manda a nota 129", {"invoice_number": ["129"]}),
        ("preciso do xml da nf 0034411", {"invoice_number": ["0034411"]}),
        ("10/10 adorei o atendimento", {"score": [10]}),
        ("quero 3 caixas de cefalexina 500 c/ 8", {"quantity": [3], "product": ["cefalexina 500 c/ 8"]}),
        ("quem ganhou o jogo ontem?", {}),
    ],
)
def test_what_stands_beside_a_number_says_what_it_is_of(
    offline: OfflineUnderstanding, text: str, named: dict[str, list[object]]
) -> None:
    assert offline.read(text, Context()).entities.as_dict() == named


def test_what_does_not_matter_to_a_flow_is_left_out_and_only_there() -> None:
    named = Entities(products=("dipirona",), dates=("hoje",))
    assert heeded(("out_of_scope",), named) == Entities()
    assert heeded(("promotions",), named) == Entities(products=("dipirona",))
    assert heeded(("promotions", "order_status"), named) == named
    assert heeded((), named) == named
    assert meant(("promotions",), {"date": ("hoje",), "product": ("dipirona",)}) == {"product": ("dipirona",)}


def test_an_answer_to_our_question_keeps_what_it_names(offline: OfflineUnderstanding) -> None:
    asked = Context(awaiting="order_place", awaiting_slot="quantity")
    assert offline.read("20", asked).entities.quantities == (20,)
