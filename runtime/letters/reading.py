"""Reading whole topics from the broker: short ones, outside of any consumer group, to where they ended at the start."""

from collections.abc import Iterable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings
from runtime.topic_tail import headers_of

_BATCH = 1000
_WAIT = 0.5
_EARLIEST = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]
Spans = Mapping[str, tuple[int, int]]
"""A topic of one partition: its first offset and the one after its last."""


def spans(settings: KafkaSettings, names: Iterable[str], *, seconds: float = 15) -> dict[str, tuple[int, int]]:
    """Where each topic that the broker has begins and ends, in partition 0. Blocks. Raises ``UserError``."""
    admin = AdminClient({**librdkafka(settings), "log_level": 0})
    try:
        known = admin.list_topics(timeout=seconds).topics
        asked = [TopicPartition(name, 0) for name in names if name in known]
        if not asked:
            return {}
        first = admin.list_offsets(dict.fromkeys(asked, _EARLIEST), request_timeout=seconds)
        last = admin.list_offsets(dict.fromkeys(asked, _LATEST), request_timeout=seconds)
        return {each.topic: (first[each].result().offset, last[each].result().offset) for each in asked}
    except KafkaException as error:
        raise UserError(f"The broker does not tell where its topics end: {error.args[0].str().rstrip('.')}.") from error


def read(settings: KafkaSettings, wanted: Spans) -> Iterator[Message]:
    """The records of partition 0 of each topic within its span, in order within a topic. Blocks.

    Raises ``UserError``.
    """
    left = {name: end for name, (first, end) in wanted.items() if end > first}
    if not left:
        return
    consumer = Consumer(
        {
            **librdkafka(settings),
            "group.id": "balcao.letters",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "log_level": 0,
        }
    )
    try:
        consumer.assign([TopicPartition(name, 0, wanted[name][0]) for name in left])
        while left:
            for message in consumer.consume(_BATCH, _WAIT):
                name, error = str(message.topic()), message.error()
                if error is not None and error.code() == KafkaError._PARTITION_EOF:
                    left.pop(name, None)
                elif error is not None and error.code() != KafkaError.GROUP_AUTHORIZATION_FAILED:
                    raise UserError(f"The broker does not give {name}: {error.str().rstrip('.')}.")
                elif error is None and name in left and (message.offset() or 0) < left[name]:
                    yield message
                    if (message.offset() or 0) + 1 >= left[name]:
                        del left[name]
    finally:
        consumer.close()


def headers(message: Message) -> dict[str, bytes]:
    """The record's headers; of a name that comes twice, the last."""
    return {name: value or b"" for name, value in headers_of(message)}
