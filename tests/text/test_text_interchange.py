"""Form and dose as a presentation says them, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.text.interchange import form_and_dose

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("presentation", "ingredients", "form", "dose"),
    [
        ("500 MG COM CT BL AL PLAS TRANS X 30", ["DIPIRONA"], "comprimido", "500 mg"),
        ("0,5 G COM CT 3 BL X 10", ["DIPIRONA"], "comprimido", "500 mg"),
        ("50 MG + 12,5 MG COM REV CT BL X 30", ["L", "H"], "comprimido revestido", "12,5 mg + 50 mg"),
        ("12,5 MG + 50 MG COM REV CT BL X 30", ["H", "L"], "comprimido revestido", "12,5 mg + 50 mg"),
        ("(50,0 + 12,5) MG COM REV CT BL X 30", ["L", "H"], "comprimido revestido", "12,5 mg + 50 mg"),
        ("500 MG/ML SOL OR CT FR PLAS OPC GOT X 20 ML", ["DIPIRONA"], "solução oral", "500 mg/ml"),
        ("250 MG/5 ML PO SUS OR CT FR VD AMB X 150 ML", ["AMOXICILINA"], "pó suspensão oral", "50 mg/ml"),
        ("25 MCG COM CT BL X 30", ["LEVOTIROXINA"], "comprimido", "0,025 mg"),
        ("7.000 UI CAP GEL CT BL X 4", ["COLECALCIFEROL"], "cápsula gel", "7000 ui"),
        ("6 MCG/DOSE + 200 MCG/DOSE AER OR CT TB X 60", ["F", "B"], "aerossol oral", "0,2 mg/dose + 0,006 mg/dose"),
        ("500 MG/ML SOL INJ CT 5 AMP VD AMB X 2 ML", ["DIPIRONA"], "solução injetável", "500 mg/ml x 2 ml"),
        ("500 MG/ML SOL INJ CT 5 AMP VD AMB X 5 ML", ["DIPIRONA"], "solução injetável", "500 mg/ml x 5 ml"),
        # A strength that is not there, or not one for each ingredient, is not guessed.
        ("COM CT BL X 30", ["COMPLEXO B"], "comprimido", None),
        ("50 MG COM CT BL X 30", ["L", "H"], "comprimido", None),
        ("50 COM CT BL X 30", ["L"], "comprimido", None),
        ("25 MCG + 50 MCG COM CT BL X 30", ["LEVOTIROXINA"], "comprimido", None),
        ("500 MG CT BL AL X 30", ["DIPIRONA"], None, "500 mg"),
        ("", ["DIPIRONA"], None, None),
    ],
)
def test_form_and_dose(presentation: str, ingredients: list[str], form: str | None, dose: str | None) -> None:
    assert form_and_dose(presentation, ingredients) == (form, dose)


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDEF"), st.integers(1, 900)), min_size=1, max_size=5, unique_by=lambda p: p[0]
    )
)
def test_the_order_of_the_ingredients_is_of_no_matter(pairs: list[tuple[str, int]]) -> None:
    def read(shown: list[tuple[str, int]]) -> tuple[str | None, str | None]:
        strengths = " + ".join(f"{amount} MG" for _, amount in shown)
        return form_and_dose(f"{strengths} COM CT BL X 30", [name for name, _ in shown])

    assert read(pairs) == read(pairs[::-1])
    assert read(pairs)[1] is not None


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3))
def test_any_text_is_read(presentation: str, ingredients: list[str]) -> None:
    form, dose = form_and_dose(presentation, ingredients)
    assert form is None or len(form) <= 120
    assert dose is None or 0 < len(dose) <= 200
