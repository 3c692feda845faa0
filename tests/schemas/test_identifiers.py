"""Check digits, against published examples and against the mistakes people make."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.identifiers import (
    bare_cnpj,
    gtin_digit,
    is_cnpj,
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
