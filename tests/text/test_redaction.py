"""Personal identifiers leave a text before a model reads it; what orders need stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.text.redaction import crc16, is_cpf, passes_luhn, redact
from schemas.identifiers import with_cnpj_digits, written_cnpj

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("529.982.247-25", "CPF"),
        ("52998224725", "CPF"),
        ("111.222.333-44", "CPF"),
        ("11.222.333/0001-81", "CNPJ"),
        ("11222333000181", "CNPJ"),
        ("12.ABC.345/01DE-35", "CNPJ"),
        ("compras@drogariasol.com.br", "E-MAIL"),
        ("+55 11 91234-5678", "TELEFONE"),
        ("(71) 98765-4321", "TELEFONE"),
        ("71 3234-5678", "TELEFONE"),
        ("11912345678", "TELEFONE"),
        ("5511912345678", "TELEFONE"),
        ("99876-5432", "TELEFONE"),
        ("4111 1111 1111 1111", "CARTÃO"),
        ("5555-5555-5555-4444", "CARTÃO"),
        ("378282246310005", "CARTÃO"),
        ("123e4567-e12b-12d1-a456-426655440000", "PIX"),
    ],
)
def test_identifier_is_replaced_and_comes_back(written: str, kind: str) -> None:
    said = f"meu dado é {written}, pode anotar"
    redacted = redact(said)
    assert redacted.text == f"meu dado é [{kind} 1], pode anotar"
    assert redacted.restore(redacted.text) == said


def test_br_code_is_known_by_its_checksum() -> None:
    body = (
        "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"
        "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***6304"
    )
    code = body + f"{crc16(body.encode()):04X}"
    assert code.endswith("1D3D"), "the example of the Banco Central's manual"
    assert redact(f"paga aí {code}").text == "paga aí [PIX 1]"
    assert "[PIX" not in redact(body.replace("123e4567-", "") + "0000").text


@pytest.mark.parametrize(
    "kept",
    [
        "cadê o pedido 10002233?",
        "pedido #4587 e OC 2231",
        "7891058001155 tem em estoque?",
        "nota 123456 de 12/11/2026",
        "quero 10 cx de losartana 50mg por R$ 12,90",
        "chave 35200114200166000187550010000000071123456789",
        "23793.38128 60007.827136 95000.063305 9 84660000012345",
        "1.000 unidades, 2.500,00 reais",
    ],
)
def test_what_an_order_needs_stays(kept: str) -> None:
    assert redact(kept).text == kept
    assert redact(kept).originals == {}


def test_one_identifier_keeps_one_placeholder() -> None:
    redacted = redact("cpf 529.982.247-25, repito 529.982.247-25, e o outro 111.444.777-35")
    assert redacted.text == "cpf [CPF 1], repito [CPF 1], e o outro [CPF 2]"


def test_invisible_and_wide_characters_hide_nothing() -> None:
    assert redact("cpf 529\u200b.982.247-25").text == "cpf [CPF 1]"
    assert redact("５２９.９８２.２４７-２５").text == "[CPF 1]"


@given(st.text(max_size=200))
def test_never_raises_and_restores_what_it_took(text: str) -> None:
    redacted = redact(text)
    assert redact(redacted.restore(redacted.text)) == redacted


@given(st.integers(0, 999_999_999))
def test_every_cpf_is_taken(body: int) -> None:
    stem = f"{body:09d}"
    valid = (
        next(stem + f"{tail:02d}" for tail in range(100) if is_cpf(stem + f"{tail:02d}")) if len(set(stem)) > 1 else ""
    )
    if valid:
        assert valid not in redact(f"o cpf é {valid}.").text
        assert redact(f"{valid[:3]}.{valid[3:6]}.{valid[6:9]}-{valid[9:]}").text == "[CPF 1]"


@given(st.from_regex(r"[0-9A-Z]{12}", fullmatch=True).filter(lambda body: len(set(body)) > 1))
def test_every_cnpj_is_taken(body: str) -> None:
    cnpj = with_cnpj_digits(body)
    assert redact(f"o cnpj é {cnpj}").text == "o cnpj é [CNPJ 1]"
    assert redact(written_cnpj(cnpj)).text == "[CNPJ 1]"


@given(st.integers(0, 10**14 - 1))
def test_every_visa_number_is_taken(body: int) -> None:
    stem = f"4{body:014d}"
    number = next(stem + str(last) for last in range(10) if passes_luhn(stem + str(last)))
    assert number not in redact(f"cartão {number[:4]} {number[4:8]} {number[8:12]} {number[12:]}").text.replace(" ", "")
