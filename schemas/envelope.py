"""The schema of a topic's value on the wire: its record type's, or Debezium's envelope around a captured row's.

Source: https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events
"""

from typing import Any

from schemas.avro import record
from schemas.topic import Avro, Topic

_TEXT = ["null", "string"]
_NUMBER = ["null", "long"]


def schema_of(topic: Topic) -> Avro:
    """The schema of the topic's value as it is on the wire."""
    if topic.table is not None:
        return _envelope(topic.value, topic.name.replace("-", "_"))
    namespace, _, name = topic.name.rpartition(".")
    return record(topic.value, namespace=f"balcao.{namespace or name}".replace("-", "_"))


def _envelope(row: type, namespace: str) -> Avro:
    return _record(
        "Envelope",
        namespace,
        _optional("before", ["null", record(row, namespace=namespace, name="Value")]),
        _optional("after", ["null", "Value"]),
        _required("source", _source()),
        _optional("transaction", ["null", _transaction()]),
        _required("op", "string"),
        _optional("ts_ms", _NUMBER),
        _optional("ts_us", _NUMBER),
        _optional("ts_ns", _NUMBER),
    )


def _source() -> Avro:
    return _record(
        "Source",
        "io.debezium.connector.postgresql",
        _required("version", "string"),
        _required("connector", "string"),
        _required("name", "string"),
        _required("ts_ms", "long"),
        {"name": "snapshot", "type": ["string", "null"], "default": "false"},
        _required("db", "string"),
        _optional("sequence", _TEXT),
        _optional("ts_us", _NUMBER),
        _optional("ts_ns", _NUMBER),
        _required("schema", "string"),
        _required("table", "string"),
        _optional("txId", _NUMBER),
        _optional("lsn", _NUMBER),
        _optional("xmin", _NUMBER),
        _optional("origin", _TEXT),
        _optional("origin_lsn", _NUMBER),
    )


def _transaction() -> Avro:
    return _record(
        "block",
        "event",
        _required("id", "string"),
        _required("total_order", "long"),
        _required("data_collection_order", "long"),
    )


def _record(name: str, namespace: str, *fields: Avro) -> Avro:
    return {"type": "record", "name": name, "namespace": namespace, "fields": list(fields)}


def _required(name: str, kind: Any) -> Avro:
    return {"name": name, "type": kind}


def _optional(name: str, kind: Any) -> Avro:
    return {"name": name, "type": kind, "default": None}
