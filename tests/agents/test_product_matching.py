"""Another dose, form, pack or combination is never taken for the one that was asked for."""

from collections.abc import Callable

import pytest

from agents.matching import agrees, is_named, match
from runtime.text.dosage import presentation_dosage, request_dosage
from store.availability import Product

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("asked", "presentation", "expected"),
    [
        ("losartana", "50 MG COM REV CT BL AL PLAS X 30", True),
        ("losartana 50mg", "50 MG COM REV CT BL AL PLAS X 30", True),
        ("losartana 50", "50 MG COM REV CT BL AL PLAS X 30", True),
        ("losartana 50 c/30", "50 MG COM REV CT BL AL PLAS X 30", True),
        ("losartana 50 c/60", "50 MG COM REV CT BL AL PLAS X 30", False),
        ("losartana 100mg", "50 MG COM REV CT BL AL PLAS X 30", False),
        ("losartana 100", "50 MG COM REV CT BL AL PLAS X 30", False),
        ("dipirona gotas", "500 MG/ML SOL OR CT FR PLAS OPC GOT X 10 ML", True),
        ("dipirona comprimido", "500 MG/ML SOL OR CT FR PLAS OPC GOT X 10 ML", False),
        ("dipirona 1g", "1 G COM CT BL AL PLAS X 10", True),
        ("dipirona 1", "1 G COM CT BL AL PLAS X 10", True),
        ("dipirona 1g", "500 MG COM CT BL AL PLAS X 10", False),
        ("levotiroxina 25", "25 MCG COM CT BL AL PLAS X 30", True),
        ("levotiroxina 25mcg", "50 MCG COM CT BL AL PLAS X 30", False),
    ],
)
def test_numbers_and_forms_have_to_agree(asked: str, presentation: str, expected: bool) -> None:
    assert agrees(request_dosage(asked), presentation_dosage(presentation)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("losartana 50mg", False),
        ("losartana potassica", False),
        ("losartana hidroclorotiazida", True),
        ("aradois h", False),
        ("lotarzide 50", True),
    ],
)
def test_combination_is_asked_for_by_brand_or_by_its_parts(
    product: Callable[..., Product], words: str, expected: bool
) -> None:
    both = ["Losartana potássica", "Hidroclorotiazida"]
    branded = product(1, "Lotarzide", "50 MG + 12,5 MG COM CT BL X 30", active_ingredients=both)
    assert is_named(words, branded) == expected


def test_unsure_names_are_only_hints(product: Callable[..., Product]) -> None:
    one = product(1, "Losartana Potássica", "50 MG COM CT BL X 30")
    assert match("losartana", [(one, 0.9)]).exact == (one,)
    assert match("losartana", [(one, 0.6)]).near == (one,)
    assert match("losartana", [(one, 0.2)]) == match("losartana", [])
