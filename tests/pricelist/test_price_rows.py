"""A row of the list is taken exactly, or refused with a reason that says what to repair."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.pricelist.rows import COLUMNS, BadRow, parse
from store.pricelist import PriceRow

pytestmark = pytest.mark.unit

GOOD = {
    "active_ingredients": "DIPIRONA MONOIDRATADA; CAFEÍNA ",
    "manufacturer_cnpj": "12.ABC.345/01DE-35",
    "manufacturer": "AURORA  FARMA LTDA",
    "presentation": "500 MG COM CT BL AL PLAS TRANS X 30",
    "price_regime": "REGULADO",
    "factory_price_brl": "1228.49",
    "stripe": "vermelha",
}


def test_a_good_row_is_taken() -> None:
    assert parse(7, GOOD) == PriceRow(
        line=7,
        cnpj="12ABC34501DE35",
        manufacturer="AURORA FARMA LTDA",
        active_ingredients=("DIPIRONA MONOIDRATADA", "CAFEÍNA"),
        presentation="500 MG COM CT BL AL PLAS TRANS X 30",
        price_regime="regulated",
        factory_price=Decimal("1228.49"),
        stripe="red",
    )


@pytest.mark.parametrize(("written", "price"), [("10", "10"), ("29.6", "29.6"), ("29,60", "29.60"), ("0.01", "0.01")])
def test_a_price_is_read_exactly(written: str, price: str) -> None:
    assert parse(1, GOOD | {"factory_price_brl": written}).factory_price == Decimal(price)


@pytest.mark.parametrize(
    ("column", "written", "reason"),
    [
        ("manufacturer_cnpj", "12.ABC.345/01DE-36", "no CNPJ"),
        ("manufacturer_cnpj", "", "no CNPJ"),
        ("manufacturer", "  ", "manufacturer is empty"),
        ("manufacturer", "A" * 201, "more than 200"),
        ("active_ingredients", " ; ;", "active_ingredients is empty"),
        ("active_ingredients", "Á" * 901, "too long"),
        ("presentation", "", "presentation is empty"),
        ("presentation", "Ç" * 301, "more than 600 bytes"),
        ("price_regime", "CONGELADO", "none of REGULADO, LIBERADO"),
        ("factory_price_brl", "1.228,49", "no price"),
        ("factory_price_brl", "1.228", "no price"),
        ("factory_price_brl", "-5", "no price"),
        ("factory_price_brl", "NaN", "no price"),
        ("factory_price_brl", "٣", "no price"),
        ("factory_price_brl", "0.00", "zero"),
        ("stripe", "azul", "none of"),
        ("presentation", "CREM \udce7", "not UTF-8"),
    ],
)
def test_a_bad_row_says_what_is_wrong(column: str, written: str, reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        parse(1, GOOD | {column: written})


@given(st.fixed_dictionaries({column: st.one_of(st.just(GOOD[column]), st.text()) for column in COLUMNS}))
def test_any_text_is_taken_or_refused(values: dict[str, str]) -> None:
    try:
        row = parse(1, values)
    except BadRow as error:
        assert str(error)
    else:
        assert row.active_ingredients
        assert "\0" not in "".join((row.manufacturer, row.presentation, *row.active_ingredients))
        assert Decimal("0.01") <= row.factory_price < Decimal(10) ** 10
