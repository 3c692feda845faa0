"""With which schemas topics are written now: what their newest records say, which the schema registry cannot tell.

A registry numbers versions by the order in which it first saw them: a table that was changed and changed back has the
other shape as its latest version.
"""

import time
from collections.abc import Iterable

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings

_SECONDS = 15
_PREFIX = 5
_EARLIEST = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]


def newest_schemas(settings: KafkaSettings, topics: Iterable[str]) -> dict[str, int]:
    """The id of the value's schema in each topic's newest record; a topic without one in reach is left out.

    Blocks for one look at the broker and one record a partition, for 15 s at most. Raises ``UserError`` when the
    broker does not answer.
    """
    try:
        lasts = _lasts(AdminClient(librdkafka(settings)), set(topics))
        return _ids(settings, lasts) if lasts else {}
    except KafkaException as error:
        raise UserError(f"The broker does not answer ({error.args[0].str()}); look at `balcao status`.") from error


def _lasts(admin: AdminClient, topics: set[str]) -> list[TopicPartition]:
    """The last record of each partition that has one."""
    known = admin.list_topics(timeout=_SECONDS).topics
    places = [
        TopicPartition(name, number) for name in sorted(topics & known.keys()) for number in known[name].partitions
    ]
    if not places:
        return []
    first, end = (
        {place: future.result().offset for place, future in found.items()}
        for found in (
            admin.list_offsets(dict.fromkeys(places, spec), request_timeout=_SECONDS) for spec in (_EARLIEST, _LATEST)
        )
    )
    return [TopicPartition(p.topic, p.partition, end[p] - 1) for p in places if end[p] > first[p]]


def _ids(settings: KafkaSettings, lasts: list[TopicPartition]) -> dict[str, int]:
    options = {**librdkafka(settings), "group.id": "balcao.newest", "enable.auto.commit": False}
    consumer = Consumer({**options, "enable.partition.eof": True, "auto.offset.reset": "latest"})
    newest: dict[str, tuple[int, int]] = {}
    waiting, deadline = {(place.topic, place.partition) for place in lasts}, time.monotonic() + _SECONDS
    try:
        consumer.assign(lasts)
        while waiting and time.monotonic() < deadline:
            for message in consumer.consume(len(waiting), timeout=1.0):
                error, raw = message.error(), message.value()
                if error is not None:
                    if error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                        continue  # the client looks for its group by itself; we have no use for one
                    if error.code() != KafkaError._PARTITION_EOF:
                        raise KafkaException(error)
                topic = message.topic() or ""
                waiting.discard((topic, message.partition() or 0))
                if error is None and raw and len(raw) > _PREFIX and raw[0] == 0:
                    found = (message.timestamp()[1], int.from_bytes(raw[1:_PREFIX], "big"))
                    newest[topic] = max(found, newest.get(topic, found))
    finally:
        consumer.close()
    return {topic: schema_id for topic, (_, schema_id) in newest.items()}
