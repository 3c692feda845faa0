"""What is fetched becomes records or dead letters; nothing is lost in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.codec import Decoder
from runtime.intake import Intake
from schemas.topic import Cleanup, KeyType, Topic
from tests.runtime.fakes import Bench, Raw, counted

pytestmark = pytest.mark.unit


def intake(bench: Bench, topic: Topic | None = None) -> Intake:
    return Intake(topic or bench.topic, Decoder(bench.registry.real()))


@given(st.lists(st.tuples(st.none() | st.binary(max_size=6), st.none() | st.binary(max_size=12))))
def test_every_record_comes_out_exactly_once(pairs: list[tuple[bytes | None, bytes | None]]) -> None:
    bench = Bench()
    raws = [Raw(offset, key, value) for offset, (key, value) in enumerate(pairs)]
    raws.append(bench.raw(len(raws)))
    opened = intake(bench).open(raws)
    came = sorted([record.offset for record in opened.good] + [record.offset for record, _ in opened.poison])
    assert came == list(range(len(raws)))
    for record, _ in opened.poison:
        assert (record.raw_key, record.raw_value) == (raws[record.offset].key, raws[record.offset].value)


@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        (None, b"good", "null-key"),
        (b"", b"good", "null-key"),
        (b"\xff\xfe", b"good", "undecodable"),
        (b"k", None, "empty-value"),
        (b"k", b"", "empty-value"),
        (b"k", b"\x01text", "wrong-magic-byte"),
        (b"k", b"\x00\x00\x00\x00\x07x", "unknown-schema-id"),
    ],
)
def test_names_each_cause(key: bytes | None, value: bytes | None, cause: str) -> None:
    bench = Bench()
    good = bench.raw(0).value
    opened = intake(bench).open([Raw(0, key, good if value == b"good" else value)])
    assert not opened.good
    assert [error.cause for _, error in opened.poison] == [cause]


def test_a_compacted_topic_has_tombstones() -> None:
    bench = Bench(topic=counted(cleanup=Cleanup.COMPACT))
    opened = intake(bench).open([Raw(3, b"k", None)])
    assert [(record.key, record.value) for record in opened.good] == [("k", None)]


def test_a_record_keeps_its_headers_and_bytes() -> None:
    bench = Bench()
    raw = bench.raw(5, key=b"chave", text="olá")
    raw.headers = (("trace", b"1"),)
    (record,) = intake(bench).open([raw]).good
    assert (record.key, record.value, record.headers) == ("chave", {"number": 5, "text": "olá"}, {"trace": b"1"})
    assert (record.raw_key, record.raw_value, record.timestamp_ms) == (raw.key, raw.value, raw.timestamp)


def test_an_avro_key_is_decoded_and_a_broken_one_is_poison() -> None:
    bench = Bench()
    topic = Topic(
        name="test.captured",
        value=bench.topic.value,
        description=".",
        owner="tests",
        producers=("tests",),
        key=KeyType.AVRO,
    )
    good = bench.raw(0)
    opened = intake(bench, topic).open([Raw(0, good.value, good.value), Raw(1, b"plain", good.value)])
    assert [record.key for record in opened.good] == [{"number": 0, "text": None}]
    assert [error.cause for _, error in opened.poison] == ["wrong-magic-byte"]


def test_names_one_sample_of_each_schema_id_not_yet_known() -> None:
    bench = Bench()
    decoder = Decoder(bench.registry.real())
    opener = Intake(bench.topic, decoder)
    batch = bench.batch(0, 9)
    assert len(opener.unknown([*batch, Raw(10, b"k", None), Raw(11, b"k", b"\x01")])) == 1
    opener.open(batch)
    assert opener.unknown(batch) == []


def test_one_bad_record_among_many_is_the_only_dead_letter() -> None:
    bench = Bench()
    raws = bench.batch(0, 199)
    raws[77].value = (raws[77].value or b"") + b"x"
    opened = intake(bench).open(raws)
    assert [(record.offset, error.cause) for record, error in opened.poison] == [(77, "undecodable")]
    assert [record.value["number"] for record in opened.good] == [n for n in range(200) if n != 77]


def test_many_are_opened_as_each_alone() -> None:
    bench = Bench()
    raws = [bench.raw(offset, key=f"chave {offset}".encode(), text="olá" * (offset % 3)) for offset in range(200)]
    raws[3].headers = (("trace", b"1"),)
    opener = intake(bench)
    alone = [opener.open([raw]).good[0] for raw in raws]
    assert opener.open(raws).good == alone


def test_records_of_two_schemas_in_one_fetch_keep_their_order_and_shapes() -> None:
    bench = Bench()
    raws = bench.batch(0, 99)
    bench.registry.known[2] = {"type": "record", "name": "Later", "fields": [{"name": "number", "type": "long"}]}
    raws += [Raw(offset, b"k", b"\0\0\0\0\2" + bytes([2 * (offset - 100)])) for offset in range(100, 160)]
    values = [record.value for record in intake(bench).open(raws).good]
    assert values == [{"number": n, "text": None} for n in range(100)] + [{"number": n} for n in range(60)]
