"""A dead letter holds the record unchanged and says why, where from and how often."""

import pytest

from runtime import dead_letter
from runtime.dead_letter import DeadLetter
from runtime.errors import BadRecord
from runtime.records import Record
from tests.runtime.fakes import counted

pytestmark = pytest.mark.unit

RECORD = Record(42, 1_700_000_000_123, None, None, {"trace": b"abc"}, b"\xffkey", b"\x01value")
ERROR = BadRecord("wrong-magic-byte", "the first byte is 0x01, not 0x00")


def test_carries_the_bytes_the_headers_and_the_origin() -> None:
    letter = dead_letter.message(counted(), 3, RECORD, ERROR, group="balcao.test")
    assert (letter.topic, letter.key, letter.value) == ("test.counted.dead-letter", b"\xffkey", b"\x01value")
    assert letter.headers["trace"] == b"abc"
    assert dead_letter.read(letter.headers) == DeadLetter(
        "wrong-magic-byte",
        "the first byte is 0x01, not 0x00",
        "test.counted",
        3,
        42,
        1_700_000_000_123,
        "balcao.test",
        1,
    )


def test_attempts_count_on_when_a_redriven_record_fails_again() -> None:
    first = dead_letter.message(counted(), 3, RECORD, ERROR, group="g", attempts=5)
    again = Record(99, 0, None, None, first.headers, RECORD.raw_key, RECORD.raw_value)
    second = dead_letter.message(counted(), 3, again, ERROR, group="g", attempts=5)
    assert dead_letter.read(second.headers).attempts == 10
    assert dead_letter.read(second.headers).offset == 99


def test_a_record_without_key_or_value_stays_one() -> None:
    letter = dead_letter.message(counted(), 0, Record(0, 0, None, None, {}, None, None), ERROR, group="g")
    assert (letter.key, letter.value) == (None, None)


def test_says_what_is_missing_in_a_message_that_is_no_dead_letter() -> None:
    with pytest.raises(ValueError, match=r"the header dead_letter\.cause is missing"):
        dead_letter.read({"trace": b"abc"})
