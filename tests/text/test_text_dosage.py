"""The numbers of presentations and requests."""

import pytest

from runtime.text.dosage import presentation_dosage, request_dosage

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("presentation", "strengths", "held", "content"),
    [
        ("500 MG COM CT 3 BL AL PLAS INC X 10", ((500.0, "mg"),), 30, ()),
        ("50 MG COM REV CT BL AL PLAS TRANS X 30", ((50.0, "mg"),), 30, ()),
        ("12,5 MG COM CT BL AL AL X 14", ((12.5, "mg"),), 14, ()),
        ("1 G COM EFEV CT TB X 10", ((1000.0, "mg"),), 10, ()),
        ("250 MCG COM CT 2 BL AL PLAS X 15", ((0.25, "mg"),), 30, ()),
        ("80 MG + 400 MG COM CT BL AL PLAS INC X 20", ((80.0, "mg"), (400.0, "mg")), 20, ()),
        ("10 MG/ML XPE CT FR PLAS AMB X 120 ML + CP MED", ((10.0, "mg"),), None, ((120.0, "ml"),)),
        ("6 MG/ML SOL INJ IV CT 10 FA VD TRANS X 5 ML", ((6.0, "mg"),), 10, ((5.0, "ml"),)),
        ("100.000 UI/G CREM VAG CT BG AL X 60 G", ((100000.0, "ui"),), None, ((60000.0, "mg"),)),
    ],
)
def test_presentations(
    presentation: str,
    strengths: tuple[tuple[float, str], ...],
    held: int | None,
    content: tuple[tuple[float, str], ...],
) -> None:
    dosage = presentation_dosage(presentation)
    assert (dosage.strengths, dosage.held, dosage.content) == (strengths, held, content)


@pytest.mark.parametrize(
    ("text", "strengths", "held", "bare"),
    [
        ("dipirona 500 c/30", (), 30, (500.0,)),
        ("losart 50mg ems", ((50.0, "mg"),), None, ()),
        ("dipirona 1g com 10 comp", ((1000.0, "mg"),), 10, ()),
        ("cx 30 losartana 50", (), 30, (50.0,)),
        ("amoxicilina 500 mg 21 caps", ((500.0, "mg"),), 21, ()),
        ("2 caixas de rivotril 2,5mg c/ 20", ((2.5, "mg"),), 20, ()),
        ("ibuprofeno 600mg x 20", ((600.0, "mg"),), 20, ()),
        ("dipirona com cafeina", (), None, ()),
    ],
)
def test_requests(
    text: str, strengths: tuple[tuple[float, str], ...], held: int | None, bare: tuple[float, ...]
) -> None:
    dosage = request_dosage(text)
    assert (dosage.strengths, dosage.held, dosage.bare) == (strengths, held, bare)
