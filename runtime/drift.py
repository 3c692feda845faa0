"""Where the captured tables are not what the register says: their newest records' schemas, compared with it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka.schema_registry import SchemaRegistryClient, SchemaRegistryError
from confluent_kafka.schema_registry.common._httpx_compat import httpx

from runtime.gate import advice, sentence
from runtime.halt import RUNBOOK
from runtime.newest import newest_schemas
from runtime.registry import RegistryUnavailable
from runtime.settings import KafkaSettings, RegistrySettings
from schemas import evolution
from schemas.evolution import Kind
from schemas.topic import Topic

_MISSING = 404


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference, in words; ``breaking`` ones stop the table's consumers."""

    topic: str
    sentence: str
    breaking: bool


def find(settings: RegistrySettings, kafka: KafkaSettings, topics: Iterable[Topic]) -> list[Drift]:
    """Every difference of the captured topics, in their order; tables that were never captured have none.

    A topic is judged by its newest record's schema; without a record by the newest that the registry has. Blocks for
    a look at the broker and some requests a topic. Raises ``RegistryUnavailable``, and ``UserError`` when the broker
    does not answer.
    """
    captured = [topic for topic in topics if topic.table]
    written = newest_schemas(kafka, [topic.name for topic in captured])
    client = SchemaRegistryClient({"url": settings.url, "timeout": 5, "max.retries": 0})
    try:
        return [drift for topic in captured for drift in _of(client, topic, written.get(topic.name))]
    except httpx.HTTPError as error:
        raise RegistryUnavailable(repr(error)) from error
    finally:
        client.close()


def _of(client: SchemaRegistryClient, topic: Topic, written: int | None) -> list[Drift]:
    assert topic.table is not None
    try:
        versions = [client.get_version(topic.subject, each) for each in client.get_versions(topic.subject)]
    except SchemaRegistryError as error:
        if error.http_status_code == _MISSING:
            return []
        raise RegistryUnavailable(str(error)) from error
    schemas = {each.schema_id: _loaded(each.schema.schema_str) for each in versions}
    # a record that Connect did not write has a schema that the subject has not
    newest = schemas.get(written or 0, _loaded(versions[-1].schema.schema_str))
    had = {name for schema in schemas.values() for name in evolution.columns_of(schema)}
    name = topic.table.name
    found: list[Drift] = []
    for column in evolution.null_as_default(newest):
        words = f"{name}.{column} may be NULL and has a DEFAULT: a NULL can arrive as the default; see {RUNBOOK}"
        found.append(Drift(topic.name, words, breaking=False))
    for one in evolution.differences(topic, evolution.columns_of(newest)):
        if one.kind is Kind.ADDED:
            found.append(Drift(topic.name, advice(topic, one), breaking=False))
        elif one.kind is Kind.LACKING and one.column not in had:
            words = f"{name}.{one.column} is in the register but was never captured: was the migration forgotten?"
            found.append(Drift(topic.name, words, breaking=False))
        else:
            found.append(Drift(topic.name, f"{name}: {sentence(one)}; see {RUNBOOK}", breaking=True))
    return found


def _loaded(text: str | None) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(text or "{}")
    return loaded
