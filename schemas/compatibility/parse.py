"""An Avro schema as a tree whose names are full and whose named types are known.

Source: https://avro.apache.org/docs/1.12.0/specification/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
_LOGICAL = frozenset(
    {"uuid", "date", "time-millis", "time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos"}
    | {"local-timestamp-millis", "local-timestamp-micros", "local-timestamp-nanos", "duration"}
)
# Debezium marks an enum column's string with this; it says nothing about how to read the string
_IDLE_SEMANTICS = frozenset({"io.debezium.data.Enum"})


class SchemaError(ValueError):
    """A schema that is no Avro schema; the sentence says where."""


class Absent:
    """Stands for a default that is not there: ``None`` is a default like another."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Field:
    """A record's field; ``default`` is ``ABSENT`` when the field is required."""

    name: str
    node: "Node"
    default: Any
    doc: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One type. ``kind`` is a primitive's name, record, enum, fixed, array, map, union, or ref for a name alone.

    ``meaning`` is what the bits stand for beyond their type, such as ``decimal(12, 2)`` or ``timestamp-micros``;
    ``arms`` are a union's branches, or the one type that an array or a map holds.
    """

    kind: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    arms: tuple["Node", ...] = ()
    symbols: tuple[str, ...] = ()
    default: str | None = None
    size: int = 0
    meaning: str | None = None
    doc: str = ""

    @property
    def short(self) -> str:
        """The name without its namespace."""
        return self.name.rpartition(".")[2]

    def __str__(self) -> str:
        if self.kind == "union":
            return " or ".join(str(arm) for arm in self.arms)
        if self.kind in ("array", "map"):
            return f"{self.kind} of {self.arms[0]}"
        return self.meaning or (f"{self.kind} {self.short}" if self.name else self.kind)


@dataclass(frozen=True, slots=True)
class Schema:
    """A parsed schema: its root, and its named types by full name."""

    root: Node
    names: Mapping[str, Node]

    def node(self, node: Node) -> Node:
        """The node itself, or the one that a reference names."""
        return self.names[node.name] if node.kind == "ref" else node


def parse(schema: Any) -> Schema:
    """The tree of a schema in its JSON form. Pure. Raises ``SchemaError`` for what is no Avro schema."""
    names: dict[str, Node] = {}
    try:
        root = _Parser(names).node(schema, "")
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(f"this is no Avro schema: {error!r}") from error
    return Schema(root, names)


@dataclass(slots=True)
class _Parser:
    names: dict[str, Node]

    def node(self, schema: Any, space: str) -> Node:
        if isinstance(schema, str):
            return self._text(schema, space)
        if isinstance(schema, list):
            return Node("union", arms=tuple(self.node(arm, space) for arm in schema))
        kind = schema["type"]
        if not isinstance(kind, str):
            return self.node(kind, space)
        if kind in ("record", "error", "enum", "fixed"):
            return self._named(schema, "record" if kind == "error" else kind, space)
        if kind in ("array", "map"):
            return Node(kind, arms=(self.node(schema["items" if kind == "array" else "values"], space),))
        if kind in PRIMITIVES:
            return Node(kind, meaning=_meaning(schema))
        return self._text(kind, space)

    def _text(self, name: str, space: str) -> Node:
        if name in PRIMITIVES:
            return Node(name)
        full = _full(name, space)
        if full not in self.names:
            raise SchemaError(f"the schema names the type {full}, which it does not define")
        return Node("ref", name=full)

    def _named(self, schema: Mapping[str, Any], kind: str, space: str) -> Node:
        full = _full(schema["name"], schema.get("namespace", space))
        inner = full.rpartition(".")[0]
        if full in self.names:
            raise SchemaError(f"the schema defines the type {full} twice")
        # its own fields may refer to it
        self.names[full] = Node("ref", name=full)
        node = Node(
            kind,
            name=full,
            aliases=tuple(_full(alias, inner) for alias in schema.get("aliases", ())),
            fields=tuple(self._field(field, inner) for field in schema.get("fields", ())),
            symbols=tuple(schema.get("symbols", ())),
            default=schema.get("default") if kind == "enum" else None,
            size=schema.get("size", 0),
            meaning=_meaning(schema) if kind == "fixed" else None,
            doc=schema.get("doc", ""),
        )
        self.names[full] = node
        return node

    def _field(self, field: Mapping[str, Any], space: str) -> Field:
        return Field(
            field["name"],
            self.node(field["type"], space),
            field.get("default", ABSENT),
            field.get("doc", ""),
            tuple(field.get("aliases", ())),
        )


def _full(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"


def _meaning(schema: Mapping[str, Any]) -> str | None:
    logical = schema.get("logicalType")
    if logical == "decimal":
        return f"decimal({schema.get('precision')}, {schema.get('scale', 0)})"
    if logical in _LOGICAL:
        return str(logical)
    semantic = schema.get("connect.name")
    return None if semantic is None or semantic in _IDLE_SEMANTICS else str(semantic)
