"""From a partition's fetched bytes to a batch: decoding, and sorting out what no retry can make good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from runtime.avro.wanted import Wanted
from runtime.codec import Decoder
from runtime.errors import BadRecord
from runtime.records import Record
from schemas.bigquery import TRUNCATED
from schemas.topic import Cleanup, KeyType, Topic

_NO_HEADERS: Mapping[str, bytes] = MappingProxyType({})


class Fetched(Protocol):
    """A record as aiokafka hands it over."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


@dataclass(slots=True)
class Opened:
    """A batch's records, decoded, and those that go to the dead-letter topic; both in offset order."""

    good: list[Record] = field(default_factory=list)
    poison: list[tuple[Record, BadRecord]] = field(default_factory=list)


class Intake:
    """Opens one topic's records. Keys are required, but for captured tables that have none, and for TRUNCATE.

    ``wanted`` are the fields of the values that anybody reads.
    """

    def __init__(self, topic: Topic, decoder: Decoder, wanted: Wanted = None) -> None:
        self._topic = topic
        self._wanted = wanted
        self._decoder = decoder
        self._tombstones = topic.cleanup is Cleanup.COMPACT

    def unknown(self, fetched: Sequence[Fetched]) -> list[bytes]:
        """One sample for each schema id that the decoder has yet to ask the registry about."""
        values = {record.value[:5]: record.value for record in fetched if record.value}
        if self._topic.key is KeyType.AVRO:
            values.update({record.key[:5]: record.key for record in fetched if record.key})
        return [raw for raw in values.values() if not self._decoder.knows(raw)]

    def open(self, fetched: Sequence[Fetched]) -> Opened:
        """Decodes. A record without value is a tombstone where the topic is compacted, and poison elsewhere.

        Blocks only for a schema id that ``unknown`` would have named; then ``RegistryUnavailable`` may pass.
        """
        good = self._together(fetched)
        return self._one_by_one(fetched) if good is None else Opened(good)

    def _together(self, fetched: Sequence[Fetched]) -> list[Record] | None:
        """The records, decoded in one go; ``None`` when they must be looked at one by one."""
        raw_keys, raw_values = [raw.key for raw in fetched if raw.key], [raw.value for raw in fetched if raw.value]
        if not len(raw_keys) == len(raw_values) == len(fetched):
            return None
        values = self._decoder.decode_all(raw_values, self._wanted)
        keys = None if values is None else self._keys(raw_keys)
        if values is None or keys is None:
            return None
        return [
            Record(
                raw.offset,
                raw.timestamp,
                key,
                value,
                dict(raw.headers) if raw.headers else _NO_HEADERS,
                raw_key,
                raw_value,
            )
            for raw, key, value, raw_key, raw_value in zip(fetched, keys, values, raw_keys, raw_values, strict=True)
        ]

    def _keys(self, raw_keys: list[bytes]) -> list[Any] | None:
        if self._topic.key is not KeyType.TEXT:
            return self._decoder.decode_all(raw_keys)
        try:
            return [key.decode() for key in raw_keys]
        except UnicodeDecodeError:
            return None

    def _one_by_one(self, fetched: Sequence[Fetched]) -> Opened:
        opened = Opened()
        good = opened.good.append
        decode = self._decoder.decode
        for raw in fetched:
            raw_key, raw_value = raw.key, raw.value
            if not raw_key and self._topic.table is None:
                opened.poison.append((_undecoded(raw), _no_key()))
                continue
            if raw_value is None and not self._tombstones:
                opened.poison.append((_undecoded(raw), BadRecord("empty-value", "the topic knows no tombstones")))
                continue
            try:
                value = None if raw_value is None else decode(raw_value)
                key = self._key(raw_key, value)
            except BadRecord as error:
                opened.poison.append((_undecoded(raw), error))
            except UnicodeDecodeError:
                opened.poison.append((_undecoded(raw), BadRecord("undecodable", "the key is no UTF-8 text")))
            else:
                headers = dict(raw.headers) if raw.headers else _NO_HEADERS
                good(Record(raw.offset, raw.timestamp, key, value, headers, raw_key, raw_value))
        return opened

    def _key(self, raw: bytes | None, value: Any) -> Any:
        """The key. Raises ``BadRecord`` as the decoder does, and for one that is missing."""
        if raw:
            return raw.decode() if self._topic.key is KeyType.TEXT else self._decoder.decode(raw)
        table = self._topic.table
        if table is not None and value is not None and (not table.primary_key or value["op"] == TRUNCATED):
            return None
        raise _no_key()


def _no_key() -> BadRecord:
    return BadRecord("null-key", "the record has no key, or an empty one")


def _undecoded(raw: Fetched) -> Record:
    return Record(raw.offset, raw.timestamp, None, None, dict(raw.headers), raw.key, raw.value)
