"""How our settings read in each Kafka client's own vocabulary."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runtime.errors import UserError
from runtime.settings import KafkaSettings

RECORD_BYTES = 40_000_000
"""The largest record of a topic: Debezium's limit is 32 MiB."""
LETTER_BYTES = RECORD_BYTES + 1_000_000
"""The largest record of a dead-letter or retry topic: the largest of a topic, and headers that say why it is there."""


@contextmanager
def asking(settings: KafkaSettings) -> Iterator[None]:
    """For commands of people: what either client raises inside, because the broker is away or refuses, is a sentence.

    Raises ``UserError`` instead.
    """
    from aiokafka.errors import KafkaError
    from confluent_kafka import KafkaException

    try:
        yield
    except (KafkaException, KafkaError) as error:
        words = error.args[0].str() if isinstance(error, KafkaException) else str(error)
        raise UserError(
            f"The broker at {settings.bootstrap_servers} does not do it ({words.rstrip('.')}); look at `balcao status`."
        ) from error


def signs_in(settings: KafkaSettings) -> bool:
    """Whether the broker asks who we are; if not, a name and a password are not even looked at."""
    return settings.security_protocol.startswith("SASL_")


def librdkafka(settings: KafkaSettings) -> dict[str, Any]:
    """The connection part of a confluent-kafka client's configuration."""
    options: dict[str, Any] = {
        "bootstrap.servers": settings.bootstrap_servers,
        "security.protocol": settings.security_protocol,
    }
    if signs_in(settings) and settings.sasl_mechanism:
        options["sasl.mechanism"] = settings.sasl_mechanism
        options["sasl.username"] = settings.sasl_username
    if signs_in(settings) and settings.sasl_password:
        options["sasl.password"] = settings.sasl_password.get_secret_value()
    if settings.ssl_ca_location:
        options["ssl.ca.location"] = settings.ssl_ca_location
    return options


def aiokafka(settings: KafkaSettings) -> dict[str, Any]:
    """The connection part of an aiokafka client's arguments."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "security_protocol": settings.security_protocol,
    }
    if signs_in(settings) and settings.sasl_mechanism:
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_username
    if signs_in(settings) and settings.sasl_password:
        options["sasl_plain_password"] = settings.sasl_password.get_secret_value()
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = ssl.create_default_context(cafile=settings.ssl_ca_location)
    return options
