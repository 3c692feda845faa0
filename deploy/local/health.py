"""Whether a program does its work: one question a kind of program, each answered within two seconds."""

import http.client
import socket
from urllib.parse import urlsplit

from deploy.local.layout import Layout

LIMIT = 2.0


class UnhealthyError(Exception):
    """The program does not do its work; the message says what was seen."""


def http_ok(url: str) -> None:
    """GET answers 2xx. Raises ``UnhealthyError``."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=LIMIT)
    try:
        connection.request("GET", parts.path or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise UnhealthyError(f"{url}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise UnhealthyError(f"{url} answers {status}")


def accepts(host: str, port: int) -> None:
    """Something listens there. Raises ``UnhealthyError``."""
    try:
        socket.create_connection((host, port), timeout=LIMIT).close()
    except OSError as error:
        raise UnhealthyError(f"{host}:{port}: {error}") from error


def postgres(layout: Layout) -> None:
    """The server runs a query. Raises ``UnhealthyError``."""
    import psycopg

    from deploy.local.postgres import SUPERUSER

    try:
        with psycopg.connect(layout.dsn(SUPERUSER, "postgres"), connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise UnhealthyError(str(error).strip().splitlines()[-1]) from error


def kafka(layout: Layout) -> None:
    """The broker answers with itself in its cluster. Raises ``UnhealthyError``."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    from deploy.local import security
    from runtime.kafka import librdkafka
    from schemas.access import ADMIN

    # Its own log lines about a broker that is not up yet would only repeat what is raised here.
    client = AdminClient({**librdkafka(security.settings(layout, ADMIN)), "log_level": 0, "socket.timeout.ms": 2000})
    try:
        if not client.list_topics(timeout=LIMIT).brokers:
            raise UnhealthyError("the broker has not joined its cluster")
    except KafkaException as error:
        raise UnhealthyError(str(error.args[0].str())) from error
