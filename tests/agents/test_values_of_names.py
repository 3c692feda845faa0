"""What amounts and codes mean, in figures and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.understanding import values
from agents.understanding.normalise import tokens

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("R$ 12,90", 12.9),
        ("12 reais", 12.0),
        ("doze reais e noventa", 12.9),
        ("doze e noventa", 12.9),
        ("12 reais e 50", 12.5),
        ("R$ 80.000", 80_000.0),
        ("cento e vinte reais", 120.0),
        ("vinte e cinco e trinta", 25.3),
        ("cinco mil", 5000.0),
        ("10 mil", 10_000.0),
        ("oitocentos e dez", 810.0),
        ("muito", None),
    ],
)
def test_prices(text: str, amount: float | None) -> None:
    assert values.price(tokens(text)) == amount


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("10", 10),
        ("1.200", 1200),
        ("vinte e cinco", 25),
        ("uma", 1),
        ("meia dúzia", 6),
        ("duas dúzias", 24),
        ("0", None),
    ],
)
def test_quantities(text: str, count: int | None) -> None:
    assert values.quantity(tokens(text)) == count


@pytest.mark.parametrize(("text", "score"), [("9", 9), ("dez", 10), ("zero", 0), ("5/5", 5), ("37", None)])
def test_scores(text: str, score: int | None) -> None:
    assert values.score(tokens(text)) == score


def test_trade_item_numbers_have_a_check_digit() -> None:
    assert values.is_gtin("7891058001155")
    assert not values.is_gtin("7891058001156")
    assert not values.is_gtin("10002233")


@given(st.lists(st.sampled_from(["doze", "e", "noventa", "reais", "10", "1.2.3", "mil", "9/9", "k", "r$"]), min_size=1))
def test_any_words_have_a_value_or_none(words: list[str]) -> None:
    values.price(words)
    values.quantity(words)
    values.score(words)
