"""One spelling for what people type in many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.text.abbreviations import ANVISA, PEOPLE, expand
from runtime.text.folding import fold, measured, tokens
from runtime.text.likeness import edits, likeness
from runtime.text.sound import sound

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Dipirona  Sódica 500MG (c/ 30)", "dipirona sodica 500 mg c/ 30"),
        ("PARACETAMOL 750mg,", "paracetamol 750 mg"),
        ("12,5 MG + 50MG", "12.5 mg + 50 mg"),
        ("100.000 UI/G", "100000 ui/g"),
        ("AMOXICILINA 1.0g", "amoxicilina 1 g"),
        ("250µg", "250 ug"),
        ("250μg", "250 ug"),
        ("Coração; não é só água!", "coracao nao e so agua"),
        ("0,9%", "0.9%"),
        ("", ""),
        ("!!!", ""),
    ],
)
def test_spellings_fold_to_one(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_again_changes_nothing_and_leaves_plain_ascii(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once.isascii()
    assert once == once.lower().strip()


def test_a_number_and_its_unit_are_one_word_where_words_are_compared() -> None:
    assert measured(tokens("Losartana 50MG c/30un")) == ["losartana", "50mg", "c", "30un"]


def test_com_is_a_tablet_to_anvisa_and_with_to_people() -> None:
    assert expand(tokens("500 MG COM REV CT BL"), ANVISA)[2:4] == ["comprimido", "revestido"]
    assert expand(tokens("dipirona com cafeina 20 cp"), PEOPLE) == ["dipirona", "com", "cafeina", "20", "comprimido"]


@pytest.mark.parametrize(
    ("presentation", "words"),
    [
        ("XPE", "xarope"),
        ("SOL INJ", "solucao injetavel"),
        ("CAP DURA", "capsula dura"),
        ("GTS", "gotas"),
        ("PO LIOF", "po liofilizado"),
        ("CREM VAG", "creme vaginal"),
        ("SUS OR", "suspensao oral"),
    ],
)
def test_anvisas_abbreviations_are_written_out(presentation: str, words: str) -> None:
    assert " ".join(expand(tokens(presentation), ANVISA)) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [("omeprasol", "omeprazol"), ("glifage", "glyphage"), ("hemoragia", "emorragia"), ("paracetamol", "parassetamol")],
)
def test_what_sounds_alike_has_one_key(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_likeness_follows_typing_errors_and_cuts() -> None:
    assert likeness("dipirona", "dipirona") == 1.0
    assert likeness("losart", "losartana") > 0.9
    assert likeness("dpirona", "dipirona") > 0.8
    assert likeness("dipiorna", "dipirona") > 0.8
    assert likeness("lozart", "losartana") >= 0.85
    assert likeness("dipirona", "losartana") == 0.0


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_edits_are_a_symmetric_distance(one: str, other: str) -> None:
    assert edits(one, other) == edits(other, one)
    assert (edits(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= edits(one, other) <= max(len(one), len(other))
