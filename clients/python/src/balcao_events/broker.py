"""The broker's messages and errors in this package's words."""

import logging
import warnings
from datetime import datetime, timedelta, timezone
from typing import Any

from confluent_kafka import KafkaError

from balcao_events.errors import AccessError, BrokerError
from balcao_events.received import Position
from balcao_events.topic import Topic

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
log = logging.getLogger("balcao_events")
_REFUSED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError._AUTHENTICATION,
}
_PASSING = {KafkaError._MAX_POLL_EXCEEDED, KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE}


def failure(error: Any, about: str) -> AccessError | BrokerError:
    """A ``KafkaError`` as one of ours."""
    if error.code() in _REFUSED:
        return AccessError(
            f"{about}: {error.str().rstrip('.')}. Ask the topic's owner for access, or check the password."
        )
    if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return BrokerError(f"{about}: the broker has no such topic. Is this the right broker?")
    return BrokerError(f"{about}: {error.str()}")


def check(error: Any, about: str) -> None:
    """Logs a ``KafkaError`` that passes by itself; raises ``AccessError`` or ``BrokerError`` for any other."""
    passing = (error.retriable() or error.code() in _PASSING) and not error.fatal()
    if not passing or error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        raise failure(error, about)
    log.warning("%s: %s", about, error.str())


def position(message: Any) -> Position:
    """Where the message lies."""
    return Position(message.topic(), message.partition(), message.offset())


def key(message: Any) -> str | None:
    """The message's key; bytes that are no UTF-8 are replaced."""
    raw: bytes | None = message.key()
    return None if raw is None else raw.decode("utf-8", "replace")


def published_at(message: Any) -> datetime:
    """The message's timestamp, UTC."""
    _, milliseconds = message.timestamp()
    return EPOCH + timedelta(milliseconds=milliseconds)


def announce(topic: Topic[Any]) -> None:
    """Warns, in the log too, of a topic that will end."""
    if topic.sunset is not None:
        text = f"{topic.name} ends on {topic.sunset}" + (f"; use {topic.successor}" if topic.successor else "")
        log.warning(text)
        warnings.warn(text, DeprecationWarning, stacklevel=3)
