"""The schema registry: a schema's id for writers, an id's schema for readers."""

import json
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, SchemaRegistryError

# the client picks httpx or httpx2, whichever is installed, and lets its exceptions pass
from confluent_kafka.schema_registry.common._httpx_compat import httpx

from runtime.errors import BadRecord, UserError
from runtime.settings import RegistrySettings
from schemas.envelope import schema_of
from schemas.topic import Avro, Topic
from schemas.wire_columns import legal

_REFUSED = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
_MISS_SECONDS = 10.0
DEFAULT_COMPATIBILITY = "NONE"


class UnknownSchema(BadRecord):
    """The registry answered, and has no schema of that id: the record was never written through this registry."""

    def __init__(self, schema_id: int) -> None:
        super().__init__("unknown-schema-id", f"the schema registry has no schema {schema_id}")


class RegistryUnavailable(Exception):  # noqa: N818 - a state of the world that passes, not an error of ours
    """The registry did not answer, or answered that it cannot now; trying again later is right, dropping is not."""


class SchemaRefusedError(UserError):
    """The registry refuses a schema; the sentence says which subject and why."""


class Registry:
    """The registry's Confluent-compatible API. Methods block; an instance may be shared between threads.

    A schema is kept for ever once it was seen (ids are never reused); an unknown id is asked for again after 10 s.
    """

    def __init__(self, settings: RegistrySettings, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = SchemaRegistryClient({"url": settings.url, "timeout": 10, "max.retries": 1})
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._schemas: dict[int, Avro] = {}
        self._missing: dict[int, float] = {}

    def close(self) -> None:
        """Closes the connections; what is known stays known."""
        self._client.close()

    def register(self, topic: Topic) -> int:
        """The id of the topic's value schema, registered under ``topic.subject`` with the topic's compatibility.

        Idempotent. Raises ``SchemaRefusedError`` for a schema that breaks the readers, ``RegistryUnavailable``.
        """
        schema = Schema(json.dumps(schema_of(topic)), "AVRO")
        try:
            schema_id: int = self._client.register_schema(topic.subject, schema)
            if self._compatibility(topic.subject) != topic.compatibility:
                self._client.set_compatibility(topic.subject, topic.compatibility)
        except SchemaRegistryError as error:
            if error.http_status_code in _REFUSED:
                raise SchemaRefusedError(
                    f"the schema registry refuses the schema of {topic.subject} "
                    f"({topic.compatibility}): {error.error_message}. "
                    "Change the record type so that older readers still understand it, or declare a new version."
                ) from error
            raise RegistryUnavailable(str(error)) from error
        except httpx.HTTPError as error:
            raise RegistryUnavailable(repr(error)) from error
        return schema_id

    def accept_captured(self) -> None:
        """Makes NONE the rule of subjects that have none of their own: those that Kafka Connect registers.

        A refused schema would stop every captured table; the gate before each consumer stops only the table that
        changed (decision 0022). What we register ourselves has rules of its own. Idempotent. Raises
        ``RegistryUnavailable``.
        """
        try:
            if self._client.get_compatibility() != DEFAULT_COMPATIBILITY:
                self._client.set_compatibility(level=DEFAULT_COMPATIBILITY)
        except (SchemaRegistryError, httpx.HTTPError) as error:
            raise RegistryUnavailable(repr(error)) from error

    def earlier(self, topic: Topic, schema_id: int) -> list[Avro]:
        """The topic's registered versions before the one of that id, oldest first. Blocks.

        Raises ``RegistryUnavailable``.
        """
        found: list[Avro] = []
        try:
            for version in sorted(self._client.get_versions(topic.subject)):
                registered = self._client.get_version(topic.subject, version)
                if registered.schema_id == schema_id:
                    break
                found.append(json.loads(registered.schema.schema_str or ""))
        except (SchemaRegistryError, httpx.HTTPError) as error:
            raise RegistryUnavailable(repr(error)) from error
        return found

    def newest(self, subject: str) -> tuple[int, Avro]:
        """The id and the schema of the subject's newest version. Blocks.

        Raises ``UserError`` for a subject that is not registered, ``RegistryUnavailable``.
        """
        try:
            registered = self._client.get_latest_version(subject)
        except SchemaRegistryError as error:
            if error.http_status_code == HTTPStatus.NOT_FOUND:
                raise UserError(f"the schema registry has no subject {subject}") from error
            raise RegistryUnavailable(str(error)) from error
        except httpx.HTTPError as error:
            raise RegistryUnavailable(repr(error)) from error
        return int(registered.schema_id or 0), json.loads(registered.schema.schema_str or "null")

    def schema(self, schema_id: int) -> Avro:
        """The schema of that id. Raises ``UnknownSchema`` (a ``BadRecord``) or ``RegistryUnavailable``."""
        with self._lock:
            known = self._schemas.get(schema_id)
            if known is not None:
                return known
            if self._monotonic() < self._missing.get(schema_id, 0.0):
                raise UnknownSchema(schema_id)
        found = self._fetch(schema_id)
        with self._lock:
            self._schemas[schema_id] = found
        return found

    def _fetch(self, schema_id: int) -> Avro:
        try:
            text = self._client.get_schema(schema_id).schema_str
        except SchemaRegistryError as error:
            if error.http_status_code != HTTPStatus.NOT_FOUND:
                raise RegistryUnavailable(str(error)) from error
            with self._lock:
                self._missing[schema_id] = self._monotonic() + _MISS_SECONDS
            raise UnknownSchema(schema_id) from error
        except httpx.HTTPError as error:
            raise RegistryUnavailable(repr(error)) from error
        loaded = json.loads(text or "null")
        return {"type": loaded} if isinstance(loaded, str) else legal(loaded)

    def _compatibility(self, subject: str) -> str | None:
        try:
            level = self._client.get_compatibility(subject)
        except SchemaRegistryError as error:
            if error.http_status_code == HTTPStatus.NOT_FOUND:
                return None
            raise
        return str(level)
