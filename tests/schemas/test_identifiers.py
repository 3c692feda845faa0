"""Check digits, against published examples and against the mistakes people make."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import (
    bare_cnpj,
    digitable_line,
    due_factor,
    gtin_digit,
    is_cnpj,
    is_digitable_line,
    is_gtin,
    is_nfe_access_key,
    with_cnpj_digits,
    with_nfe_digit,
    written_cnpj,
)

pytestmark = pytest.mark.unit

bodies = st.text(string.digits + string.ascii_uppercase, min_size=12, max_size=12)
digits = st.text(string.digits, min_size=12, max_size=12)


@pytest.mark.parametrize(
    "written", ["12.ABC.345/01DE-35", "12.abc.345/01de-35", "56.998.982/0001-07", "00000000000191"]
)
def test_published_cnpjs_are_valid(written: str) -> None:
    assert is_cnpj(bare_cnpj(written))


@pytest.mark.parametrize(
    "bare", ["", "12ABC34501DE36", "00000000000000", "56998982000170", "1" * 13, "12ABC34501DE3A", "５6998982000107"]
)
def test_what_is_no_cnpj_is_refused(bare: str) -> None:
    assert not is_cnpj(bare)


@given(bodies)
def test_a_cnpj_survives_being_written(body: str) -> None:
    cnpj = with_cnpj_digits(body)
    assert bare_cnpj(written_cnpj(cnpj)) == cnpj
    assert is_cnpj(cnpj) or len(set(cnpj)) == 1


@given(bodies, st.integers(1, 99))
def test_other_check_digits_are_refused(body: str, step: int) -> None:
    right = with_cnpj_digits(body)
    assert not is_cnpj(f"{body}{(int(right[12:]) + step) % 100:02d}")


@pytest.mark.parametrize("gtin", ["7891000315507", "73513537", "012345678905"])
def test_published_gtins_are_valid(gtin: str) -> None:
    assert is_gtin(gtin)


@given(digits, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_of_a_gtin_is_seen(body: str, place: int, step: int) -> None:
    gtin = body + gtin_digit(body)
    wrong = f"{gtin[:place]}{(int(gtin[place]) + step) % 10}{gtin[place + 1 :]}"
    assert is_gtin(gtin)
    assert not is_gtin(wrong)


def test_an_access_key_may_have_letters_only_in_the_cnpj() -> None:
    assert is_nfe_access_key(with_nfe_digit("352605" + "12ABC34501DE35" + "55001000000001" + "112345678"))
    assert not is_nfe_access_key(with_nfe_digit("35260A" + "12ABC34501DE35" + "55001000000001" + "112345678"))
    assert not is_nfe_access_key("3" * 44)


def test_a_published_boleto_is_valid() -> None:
    assert is_digitable_line("00190500954014481606906809350314337370000000100")


@pytest.mark.parametrize(
    ("day", "factor"),
    [
        (date(1997, 10, 7), "0000"),
        (date(2000, 7, 3), "1000"),
        (date(2025, 2, 21), "9999"),
        (date(2025, 2, 22), "1000"),
        (date(2026, 11, 21), "1637"),
    ],
)
def test_a_due_date_is_a_factor_that_goes_round(day: date, factor: str) -> None:
    assert due_factor(day) == factor


@given(
    st.text(string.digits, min_size=3, max_size=3),
    st.text(string.digits, min_size=25, max_size=25),
    st.dates(date(2026, 1, 1), date(2040, 1, 1)),
    st.integers(1, 10**10 - 1),
    st.integers(0, 31),
    st.integers(1, 9),
)
def test_one_wrong_digit_of_a_boletos_fields_is_seen(
    bank: str, free: str, due: date, cents: int, place: int, step: int
) -> None:
    line = digitable_line(bank, due, cents, free)
    assert is_digitable_line(line)
    assert line.endswith(f"{due_factor(due)}{cents:010d}")
    wrong = f"{line[:place]}{(int(line[place]) + step) % 10}{line[place + 1 :]}"
    assert not is_digitable_line(wrong)
    assert not is_digitable_line(line[:-1])
