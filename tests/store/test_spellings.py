"""What people write and channels send, in the forms the database knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.contacts import spellings
from store.horizon import visible
from store.orders import number_digits

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("given_id", "also"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "5511987654321"),
        ("551132654321", None),
        ("5511887654321", None),
        ("14155550123", None),
    ],
)
def test_a_brazilian_mobile_is_known_with_and_without_its_ninth_digit(given_id: str, also: str | None) -> None:
    assert spellings(given_id) == [given_id] + ([also] if also else [])


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("10000482", "10000482"),
        ("nº 10.000.482", "10000482"),
        ("pedido #0010000482", "10000482"),
        ("0482 final", None),
        ("termina em 1482", "1482"),
        ("12", None),
        ("", None),
        ("123456789012", None),
    ],
)
def test_an_order_number_is_read_as_people_write_it(written: str, digits: str | None) -> None:
    assert number_digits(written) == digits


@given(st.integers(0, 1 << 50), st.integers(1, 1 << 20))
def test_a_transaction_is_visible_when_it_ended_before_the_snapshot(end: int, distance: int) -> None:
    finished = max(end - distance, 0)
    short = finished & 0xFFFFFFFF
    assert visible(short, end, ()) == (finished < end)
    assert not visible(short, end, (finished,))
    assert not visible((end + distance) & 0xFFFFFFFF, end, ())
