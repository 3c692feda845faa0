"""The gate before a captured topic's processor: a record whose table changed under its readers does not pass.

The schema registry cannot be that gate. It is asked by Debezium, whose one task carries every table of a database: a
schema refused there stops them all, for a change that PostgreSQL has already made. And its rule for new versions does
not see what breaks readers here: a dropped, a renamed and a rescaled column pass as BACKWARD (decision 0022).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import structlog

from runtime import metrics
from runtime.codec import Decoder
from runtime.halt import RUNBOOK, Halt
from runtime.intake import Fetched
from schemas import evolution
from schemas.evolution import Difference, Kind
from schemas.topic import Avro, KeyType, Topic

log = structlog.get_logger(__name__)
_PREFIX = 5
Learn = Callable[[bytes], Avro]
"""The schema of a record's bytes. Blocks; raises ``UnknownSchema`` or ``RegistryUnavailable``."""
Earlier = Callable[[Topic, bytes], Sequence[Avro]]
"""The versions of the topic's value schema registered before the one of those bytes. Blocks, raises as above."""


class SchemaReader(ABC):
    """A processor that wants to know with which schema the records to come were written."""

    @abstractmethod
    async def written_with(self, topic: Topic, schema: Avro, offset: int) -> None:
        """Called for a partition before its first record, and before each one written otherwise than the one before.

        Records before it may still be in hand. Raising ``Halt`` stops the partition before ``offset``; any other
        exception is retried as one of ``process`` is. May take long.
        """


class Gate:
    """Compares the writer's schema with the register, once for each time that it changes within one partition."""

    def __init__(self, topic: Topic, group: str, learn: Learn, earlier: Earlier) -> None:
        self._topic = topic
        self._group = group
        self._learn = learn
        self._earlier = earlier
        self._had: set[str] = set()
        self._last: tuple[bytes, bytes] | None = None
        self._said: frozenset[str] = frozenset()

    def changed(self, record: Fetched) -> bool:
        """Whether ``admit`` must be asked before the record. Cheap: called for each one."""
        return bool(record.value) and self._prefixes(record) != self._last

    def steady(self, records: Sequence[Fetched]) -> bool:
        """Whether ``admit`` need not be asked before any of the records."""
        if self._last is None:
            return False
        value, key = self._last
        if any(one != value for one in {record.value[:_PREFIX] for record in records if record.value}):
            return False
        if self._topic.key is not KeyType.AVRO:
            return True
        return all(one == key for one in {(record.key or b"")[:_PREFIX] for record in records})

    def admit(self, record: Fetched) -> Avro:
        """The schema the record was written with. Blocks. Raises ``Halt`` in words when readers would break.

        Raises ``BadRecord`` for a record that no reader can open anyway, ``RegistryUnavailable``.
        """
        schema = self._learn(record.value or b"")
        if self._topic.table is not None:
            self._judge(schema, record)
        return schema

    def passed(self, record: Fetched) -> None:
        """The record is let through; those written like it that follow need not be looked at."""
        self._last = self._prefixes(record)

    def _judge(self, schema: Avro, record: Fetched) -> None:
        table = self._topic.table
        assert table is not None, "admit looks"
        if self._topic.key is KeyType.AVRO and record.key:
            key = evolution.key_of(self._learn(record.key))
            if set(key) != set(table.primary_key):
                was, now = ", ".join(table.primary_key), ", ".join(key)
                raise self._halt(record.offset, [f"the primary key changed from ({was}) to ({now})"])
        columns = evolution.columns_of(schema)
        found = evolution.differences(self._topic, columns)
        broken = [sentence(one) for one in found if one.kind is Kind.RETYPED]
        lacking = [one for one in found if one.kind is Kind.LACKING]
        if lacking:
            had = self._had.union(
                *(evolution.columns_of(each) for each in self._earlier(self._topic, record.value or b""))
            )
            broken += [sentence(one) for one in lacking if one.column in had]
        if broken:
            raise self._halt(record.offset, broken)
        self._had |= columns.keys()
        self._note([one for one in found if one.kind is Kind.ADDED])

    def _halt(self, offset: int, sentences: Sequence[str]) -> Halt:
        assert self._topic.table is not None
        what = f"{self._topic.table.name} stopped at offset {offset}: {'; '.join(sentences)}; see {RUNBOOK}"
        return Halt(what, offset)

    def _note(self, added: Sequence[Difference]) -> None:
        metrics.UNREGISTERED_COLUMNS.labels(self._group, self._topic.name).set(len(added))
        for one in added:
            if one.column not in self._said:
                log.warning(advice(self._topic, one), topic=self._topic.name, column=one.column)
        self._said |= {one.column for one in added}

    def _prefixes(self, record: Fetched) -> tuple[bytes, bytes]:
        key = record.key if self._topic.key is KeyType.AVRO else None
        return (record.value or b"")[:_PREFIX], (key or b"")[:_PREFIX]


def sentence(one: Difference) -> str:
    """What happened to a column that breaks its readers."""
    if one.kind is Kind.LACKING:
        return f"column {one.column} ({one.was}) was dropped or renamed"
    return f"column {one.column} changed from {one.was} to {one.now}"


def advice(topic: Topic, one: Difference) -> str:
    """What to do about a column that the register does not know yet."""
    assert topic.table is not None
    where = f"{topic.value.__module__.replace('.', '/')}.py"
    return f"{topic.table.name}.{one.column} ({one.now}) is captured but not in the register; add it to {where}"


def gate_of(topic: Topic, group: str, decoder: Decoder) -> Gate:
    """The gate of one partition, over the registry that its decoder asks."""
    return Gate(topic, group, decoder.learn, decoder.earlier)
