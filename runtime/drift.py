"""Where the captured tables are not what the register says: asked from the schema registry's newest versions."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from confluent_kafka.schema_registry import SchemaRegistryClient, SchemaRegistryError
from confluent_kafka.schema_registry.common._httpx_compat import httpx

from runtime.gate import advice, sentence
from runtime.halt import RUNBOOK
from runtime.registry import RegistryUnavailable
from runtime.settings import RegistrySettings
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


def find(settings: RegistrySettings, topics: Iterable[Topic]) -> list[Drift]:
    """Every difference of the captured topics, in their order; tables that were never captured have none.

    Blocks for two requests a captured topic. Raises ``RegistryUnavailable``.
    """
    client = SchemaRegistryClient({"url": settings.url, "timeout": 5, "max.retries": 0})
    try:
        return [drift for topic in topics if topic.table for drift in _of(client, topic)]
    except httpx.HTTPError as error:
        raise RegistryUnavailable(repr(error)) from error
    finally:
        client.close()


def _of(client: SchemaRegistryClient, topic: Topic) -> list[Drift]:
    assert topic.table is not None
    try:
        latest = client.get_latest_version(topic.subject).schema
        before = [client.get_version(topic.subject, each) for each in client.get_versions(topic.subject)[:-1]]
    except SchemaRegistryError as error:
        if error.http_status_code == _MISSING:
            return []
        raise RegistryUnavailable(str(error)) from error
    had = {name for one in before for name in evolution.columns_of(_loaded(one.schema.schema_str))}
    name = topic.table.name
    found: list[Drift] = []
    newest = _loaded(latest.schema_str)
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
