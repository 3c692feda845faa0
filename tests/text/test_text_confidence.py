"""When an agent may answer about a product, and when it must ask back."""

import pytest

from runtime.product_index import FOUND, SUGGEST, rank
from runtime.text.confidence import Product, Request, confidence

pytestmark = pytest.mark.unit

LOSARTANA = Product.read(
    "Losartana Potássica", ["LOSARTANA POTÁSSICA"], "50 MG COM REV CT BL AL PLAS TRANS X 30", "EMS S/A"
)
WITH_DIURETIC = Product.read(
    "Losartana + Hidroclorotiazida",
    ["LOSARTANA POTÁSSICA", "HIDROCLOROTIAZIDA"],
    "50 MG + 12,5 MG COM REV CT BL AL PLAS TRANS X 30",
    "EMS S/A",
)
DORFLEX = Product.read(
    "Dorflex", ["DIPIRONA", "CITRATO DE ORFENADRINA", "CAFEÍNA"], "300 MG + 35 MG + 50 MG COM CT BL X 36", "SANOFI"
)


def score(text: str, product: Product) -> float:
    return confidence(Request.read(text), product)


@pytest.mark.parametrize(
    "text",
    [
        "losartana",
        "losart 50mg ems",
        "Quanto custa a losartana 50 mg?",
        "lozartana 50",
        "losartna 50mg c/30",
        "LOSARTANA POTASSICA 50MG COM 30 COMP",
        "2 cx losartana 50",
    ],
)
def test_the_right_product_is_found_however_it_is_written(text: str) -> None:
    assert score(text, LOSARTANA) >= FOUND


@pytest.mark.parametrize("text", ["losartana 100mg", "losartana 25 mg c/30", "losartana 50 mcg"])
def test_another_strength_is_never_found(text: str) -> None:
    assert SUGGEST <= score(text, LOSARTANA) < FOUND


@pytest.mark.parametrize("text", ["dipirona 50mg", "rivotril", "amoxicilina 500", "bom dia"])
def test_another_product_is_not_found(text: str) -> None:
    assert score(text, LOSARTANA) < FOUND


@pytest.mark.parametrize("text", ["ems", "comprimido", "50mg"])
def test_what_names_no_product_finds_none(text: str) -> None:
    assert score(text, LOSARTANA) < FOUND


def test_the_plain_product_comes_before_the_combination_unless_that_was_asked_for() -> None:
    assert score("losartana 50mg", LOSARTANA) > score("losartana 50mg", WITH_DIURETIC)
    asked = "losartana hidroclorotiazida 50/12,5"
    assert score(asked, WITH_DIURETIC) > score(asked, LOSARTANA)
    assert score("dorflex", DORFLEX) == 1.0


@pytest.mark.parametrize("text", ["losartana gotas", "losartana 50mg c/60", "losartana 50mg 28 comprimidos"])
def test_another_form_or_count_asks_back(text: str) -> None:
    assert SUGGEST <= score(text, LOSARTANA) < FOUND


def payload(product: int, available: int, name: str = "Losartana") -> dict[str, object]:
    return {
        "product_id": product,
        "name": name,
        "active_ingredients": [name.upper()],
        "presentation": "5 MG COM CT BL AL X 20",
        "manufacturer": "EMS",
        "stripe": "red",
        "available": available,
    }


def test_a_cut_name_that_fits_two_substances_finds_neither() -> None:
    both = [payload(1, 9, "Prednisona"), payload(2, 9, "Prednisolona")]
    assert [hit.found for hit in rank("predniso 5", both)] == [False, False]
    assert [hit.found for hit in rank("predniso 5", both[:1])] == [True]
    spelt_out = rank("prednisona 5", both)
    assert (spelt_out[0].name, spelt_out[0].found) == ("Prednisona", True)


def test_equally_good_products_in_stock_come_first() -> None:
    hits = rank("losartana 5mg", [payload(1, 0), payload(2, 5), payload(3, 7)])
    assert [hit.product_id for hit in hits] == [2, 3, 1]
    assert hits[0].found
