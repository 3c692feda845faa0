"""Whether a default is a value of its field's type; one that is not helps no reader."""

from typing import Any

from schemas.compatibility.parse import ABSENT, Node, Schema

_RANGES = {"int": 31, "long": 63}


def usable(schema: Schema, node: Node, default: Any) -> bool:
    """Whether the default, in its JSON form, is there and valid for the type; a union's may be of any branch.

    Pure. Source: https://avro.apache.org/docs/1.12.0/specification/#complex-types (field default values).
    """
    return default is not ABSENT and _valid(schema, schema.node(node), default)


def _valid(schema: Schema, node: Node, value: Any) -> bool:
    kind = node.kind
    if kind == "union":
        return any(_valid(schema, schema.node(arm), value) for arm in node.arms)
    if kind == "array":
        return isinstance(value, list) and all(_valid(schema, schema.node(node.arms[0]), item) for item in value)
    if kind == "map":
        held = schema.node(node.arms[0])
        return isinstance(value, dict) and all(_valid(schema, held, item) for item in value.values())
    if kind == "record":
        return isinstance(value, dict) and all(
            _valid(schema, schema.node(field.node), value[field.name])
            if field.name in value
            else usable(schema, field.node, field.default)
            for field in node.fields
        )
    return _scalar(node, value)


def _scalar(node: Node, value: Any) -> bool:
    if node.kind == "null":
        return value is None
    if node.kind == "boolean":
        return isinstance(value, bool)
    if node.kind in _RANGES:
        most: int = 2 ** _RANGES[node.kind]
        return isinstance(value, int) and not isinstance(value, bool) and -most <= value < most
    if node.kind in ("float", "double"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if node.kind == "enum":
        return value in node.symbols
    return isinstance(value, str) and (node.kind != "fixed" or len(value) == node.size)
