"""The resolver where tables of whole changes do not reach: defaults, aliases, recursion, what is no schema."""

from typing import Any

import pytest

from schemas.compatibility.parse import SchemaError, parse
from schemas.compatibility.resolve import Problem, problems

pytestmark = pytest.mark.unit


def record(*fields: Any, **more: Any) -> dict[str, Any]:
    named = [{"name": name, "type": kind, **attributes} for name, kind, attributes in fields]
    return {"type": "record", "name": "Thing", "namespace": "t", "fields": named, **more}


def found(reader: Any, writer: Any) -> list[Problem]:
    return problems(parse(reader), parse(writer))


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        ("int", "one"),
        ("int", True),
        ("int", 2**31),
        ("string", None),
        ("boolean", 0),
        ("double", "1"),
        (["null", "int"], "x"),
        ({"type": "array", "items": "int"}, ["x"]),
        ({"type": "map", "values": "int"}, {"a": None}),
        ({"type": "enum", "name": "E", "symbols": ["a"]}, "b"),
        ({"type": "record", "name": "R", "fields": [{"name": "x", "type": "int"}]}, {}),
    ],
)
def test_a_default_that_is_no_value_of_its_type_helps_no_reader(kind: Any, default: Any) -> None:
    reader = record(("id", "string", {}), ("extra", kind, {"default": default}))
    (problem,) = found(reader, record(("id", "string", {})))
    assert problem.path == ("extra",)


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        ("long", 2**40),
        ("double", 1),
        (["string", "null"], None),
        ({"type": "array", "items": "int"}, [1]),
        ({"type": "record", "name": "R", "fields": [{"name": "x", "type": "int", "default": 1}]}, {}),
        ({"type": "fixed", "name": "F", "size": 2}, "ab"),
    ],
)
def test_a_default_of_its_type_stands_in(kind: Any, default: Any) -> None:
    reader = record(("id", "string", {}), ("extra", kind, {"default": default}))
    assert found(reader, record(("id", "string", {}))) == []


def test_an_enum_s_default_must_be_one_of_its_symbols() -> None:
    def enum(*symbols: str, **more: Any) -> Any:
        return record(("state", {"type": "enum", "name": "State", "symbols": list(symbols), **more}, {}))

    assert found(enum("a", default="a"), enum("a", "b")) == []
    assert found(enum("a", default="z"), enum("a", "b"))


def test_a_field_s_own_name_goes_before_its_alias() -> None:
    reader = record(("new", "string", {"aliases": ["old"]}), ("old", "int", {}))
    writer = record(("new", "string", {}), ("old", "int", {}))
    assert found(reader, writer) == []


def test_a_field_and_its_alias_both_written_are_refused() -> None:
    reader = record(("new", "string", {"aliases": ["old"]}))
    (problem,) = found(reader, record(("old", "string", {}), ("new", "string", {})))
    assert "both new and its alias old are written" in problem.reason


def test_a_record_is_found_by_its_alias_in_its_namespace() -> None:
    writer = record(("id", "string", {}))
    assert found({**writer, "name": "Other", "aliases": ["Thing"]}, writer) == []
    assert found({**writer, "name": "Other", "aliases": ["elsewhere.Thing"]}, writer)


def test_a_type_that_holds_itself_is_compared_once() -> None:
    def tree(kind: str) -> Any:
        return record(("value", kind, {}), ("left", ["null", "t.Thing"], {}), ("right", ["null", "Thing"], {}))

    assert found(tree("long"), tree("int")) == []
    assert found(tree("int"), tree("long"))[0].path == ("value",)


def test_a_promoted_number_in_a_union_is_read() -> None:
    assert found(record(("n", ["null", "double"], {})), record(("n", "int", {}))) == []


def test_a_union_s_branch_of_the_same_type_goes_before_one_that_can_be_promoted() -> None:
    reader = record(("n", ["string", "bytes"], {}))
    assert found(reader, record(("n", "bytes", {}))) == []


def test_what_only_the_mark_of_an_unknown_logical_type_sets_apart_is_the_same() -> None:
    assert found(record(("n", {"type": "int", "logicalType": "dozens"}, {})), record(("n", "int", {}))) == []


@pytest.mark.parametrize("semantic", ["io.debezium.time.MicroTimestamp", "io.debezium.time.ZonedTimestamp"])
def test_debezium_s_semantic_types_are_held_to(semantic: str) -> None:
    marked = record(("at", {"type": "long", "connect.name": semantic}, {}))
    other = record(("at", {"type": "long", "connect.name": "io.debezium.time.Timestamp"}, {}))
    assert found(marked, other)
    assert found(other, marked)


@pytest.mark.parametrize(
    "schema", ["Unknown", {"type": "record"}, {"name": "x"}, 7, {"type": "array"}, [{"type": "t.No"}]]
)
def test_what_is_no_schema_is_refused_in_words(schema: Any) -> None:
    with pytest.raises(SchemaError):
        parse(schema)
