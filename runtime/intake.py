"""From a partition's fetched bytes to a batch: decoding, and sorting out what no retry can make good."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

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
    """Opens one topic's records. Keys are required, but for captured tables that have none, and for TRUNCATE."""

    def __init__(self, topic: Topic, decoder: Decoder) -> None:
        self._topic = topic
        self._decoder = decoder
        self._tombstones = topic.cleanup is Cleanup.COMPACT

    def unknown(self, fetched: Iterable[Fetched]) -> list[bytes]:
        """One sample for each schema id that the decoder has yet to ask the registry about."""
        values = {record.value[:5]: record.value for record in fetched if record.value}
        if self._topic.key is KeyType.AVRO:
            values.update({record.key[:5]: record.key for record in fetched if record.key})
        return [raw for raw in values.values() if not self._decoder.knows(raw)]

    def open(self, fetched: Iterable[Fetched]) -> Opened:
        """Decodes. A record without value is a tombstone where the topic is compacted, and poison elsewhere.

        Blocks only for a schema id that ``unknown`` would have named; then ``RegistryUnavailable`` may pass.
        """
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
