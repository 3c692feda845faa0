"""The schema the client reads a topic with: the register's, made tolerant of symbols that are not invented yet."""

import copy
from typing import Any

from schemas.envelope import schema_of
from schemas.topic import Avro, Topic

UNKNOWN = "unknown"
"""The symbol that stands for one this version of the client does not know."""


def reader_schema(topic: Topic) -> Avro:
    """The topic's schema; each enum that has the symbol ``unknown`` defaults to it. Pure.

    Source: https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
    """
    schema: Avro = copy.deepcopy(schema_of(topic))
    _default_enums(schema)
    return schema


def _default_enums(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _default_enums(item)
    elif isinstance(node, dict):
        if node.get("type") == "enum" and UNKNOWN in node["symbols"]:
            node["default"] = UNKNOWN
        for item in node.values():
            _default_enums(item)
