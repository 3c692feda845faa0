"""Avro on the wire: what is written comes back, and everything else is named."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.codec import Decoder, Encoder
from runtime.errors import BadRecord
from schemas.marks import Decimals, Doc
from schemas.topic import Topic
from tests.runtime.fakes import Counted, FakeRegistry, counted

pytestmark = pytest.mark.unit


class Rich(TypedDict):
    """One field of each kind."""

    number: Annotated[int, Doc(".")]
    text: Annotated[str, Doc(".")]
    maybe: Annotated[str | None, Doc(".")]
    price: Annotated[Decimal, Decimals(12, 2), Doc(".")]
    at: Annotated[datetime, Doc(".")]
    words: Annotated[list[str], Doc(".")]
    inner: Annotated[Counted, Doc(".")]


RICH = Topic(name="test.rich", value=Rich, description=".", owner="tests", producers=("tests",))

rich = st.fixed_dictionaries(
    {
        "number": st.integers(-(2**63), 2**63 - 1),
        "text": st.text(),
        "maybe": st.none() | st.text(),
        "price": st.decimals(-9_999_999_999, 9_999_999_999, places=2),
        "at": st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
        "words": st.lists(st.text()),
        "inner": st.fixed_dictionaries({"number": st.integers(0, 9), "text": st.none() | st.text()}),
    }
)


def codec(*topics: Topic) -> tuple[Encoder, Decoder, FakeRegistry]:
    registry = FakeRegistry()
    encoder = Encoder(registry.real())
    encoder.prepare(*topics)
    return encoder, Decoder(registry.real()), registry


@given(rich)
def test_decodes_what_it_encoded(value: dict[str, Any]) -> None:
    encoder, decoder, _ = codec(counted(), RICH)
    raw = encoder.encode(RICH, value)
    assert raw[:5] == b"\x00\x00\x00\x00\x02"
    assert decoder.decode(raw) == value


@given(st.binary(max_size=80))
def test_any_bytes_decode_or_are_a_bad_record(body: bytes) -> None:
    _, decoder, _ = codec(RICH)
    for raw in (body, b"\x00\x00\x00\x00\x01" + body):
        try:
            decoder.decode(raw)
        except BadRecord as error:
            assert error.cause in {"wrong-magic-byte", "unknown-schema-id", "undecodable", "empty-value"}


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (b"", "empty-value"),
        (b'{"json": true}', "wrong-magic-byte"),
        (b"\x00\x00", "undecodable"),
        (b"\x00\x00\x00\x00\x63rest", "unknown-schema-id"),
        (b"\x00\xff\xff\xff\xffrest", "unknown-schema-id"),
        (b"\x00\x00\x00\x00\x01", "undecodable"),
    ],
)
def test_names_the_cause(raw: bytes, cause: str) -> None:
    _, decoder, _ = codec(counted())
    with pytest.raises(BadRecord) as caught:
        decoder.decode(raw)
    assert caught.value.cause == cause


def test_a_truncated_record_and_one_with_bytes_left_over_are_undecodable() -> None:
    encoder, decoder, _ = codec(counted())
    raw = encoder.encode(counted(), {"number": 7, "text": "olá"})
    for wrong in (raw[:-1], raw + b"\x00"):
        with pytest.raises(BadRecord, match=r"undecodable.*schema id \d+"):
            decoder.decode(wrong)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"number": "segredo", "text": None}, "number is a str"),
        ({"number": 1, "text": None, "extra": "segredo"}, "no field extra"),
        ({"text": "segredo"}, "number is a NoneType"),
    ],
)
def test_says_which_field_does_not_fit_and_never_its_value(value: dict[str, Any], words: str) -> None:
    encoder, _, _ = codec(counted())
    with pytest.raises(BadRecord, match=words) as caught:
        encoder.encode(counted(), value)
    assert caught.value.cause == "unencodable"
    assert "segredo" not in str(caught.value)


def test_a_field_with_a_default_may_be_left_out() -> None:
    encoder, decoder, _ = codec(counted())
    assert decoder.decode(encoder.encode(counted(), {"number": 1})) == {"number": 1, "text": None}


def test_asks_the_registry_once_for_a_schema() -> None:
    encoder, decoder, registry = codec(counted())
    for number in range(10):
        decoder.decode(encoder.encode(counted(), {"number": number, "text": None}))
    assert registry.asked == 1
