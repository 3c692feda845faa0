"""Log positions compare as Debezium's do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import lsn

pytestmark = pytest.mark.unit


@given(st.integers(0, (1 << 64) - 1))
def test_a_position_survives_being_written(position: int) -> None:
    assert lsn.parse(lsn.write(position)) == position


def test_the_high_half_counts_more() -> None:
    assert lsn.parse("1/0") == 1 << 32 > lsn.parse("0/FFFFFFFF")


@pytest.mark.parametrize("text", ["", "1", "1/", "/1", "0x1/0", "123456789/0", "1/0 "])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no log position"):
        lsn.parse(text)


def test_more_than_64_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        lsn.write(1 << 64)
