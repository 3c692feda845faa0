"""What the register says of a table is what BigQuery is told, when it is made and when it is there already."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, TypedDict

import pytest
from google.cloud import bigquery

from runtime.settings import BigQuerySettings
from schemas import bigquery as tables
from schemas.captured import CAPTURED
from schemas.marks import Doc, Personal
from schemas.topic import Table, Topic
from sinks.bigquery.resources import described, resource
from sinks.bigquery.warehouse import Warehouse
from sinks.bigquery.wiring import taken

TAG = "projects/p/locations/southamerica-east1/taxonomies/1/policyTags/2"
CONTACTS = CAPTURED["contacts"]


def columns(table: tables.WarehouseTable, tag: str | None = None) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in resource("p.d", table, tag).to_api_repr()["schema"]["fields"]}


@pytest.mark.unit
@pytest.mark.parametrize("topic", taken(), ids=lambda topic: topic.name)
def test_every_history_is_partitioned_by_day_clustered_by_position_and_described(topic: Topic) -> None:
    told = resource("p.d", tables.history(topic)).to_api_repr()
    assert told["timePartitioning"] == {"type": "DAY", "field": "_commit_ts"}
    assert told["clustering"] == {"fields": ["_kafka_partition", "_offset"]}
    assert topic.description in told["description"]
    assert [one["name"] for one in told["schema"]["fields"] if not one.get("description")] == []
    assert "tableConstraints" not in told


@pytest.mark.unit
@pytest.mark.parametrize("name", CAPTURED)
def test_every_table_of_current_rows_is_clustered_by_its_primary_key(name: str) -> None:
    topic = CAPTURED[name]
    current = tables.current(topic)
    assert current is not None
    assert topic.table is not None
    told = resource("p.d", current).to_api_repr()
    assert told["tableConstraints"]["primaryKey"]["columns"] == list(topic.table.primary_key)
    assert told["clustering"]["fields"] == list(topic.table.primary_key)[:4]


@pytest.mark.unit
def test_columns_with_personal_data_have_the_policy_tag_when_there_is_one() -> None:
    personal = {field.name for field in tables.row_fields(CONTACTS) if field.personal}
    assert personal
    history = tables.history(CONTACTS)
    assert {name for name, one in columns(history, TAG).items() if one.get("policyTags")} == personal
    assert all(columns(history, TAG)[name]["policyTags"] == {"names": [TAG]} for name in personal)
    assert [name for name, one in columns(history).items() if "policyTags" in one] == []


class Person(TypedDict):
    """A nested record."""

    name: str
    phone: Annotated[str, Doc("Where."), Personal("phone")]


class Nested(TypedDict):
    """Records with personal data, as a whole or in part."""

    id: int
    buyer: Annotated[Person, Personal("who bought")]
    seller: Person


NESTED = Topic(
    name="cdc.test.public.nested",
    value=Nested,
    description="Nested.",
    owner="test",
    producers=("connectors.postgres",),
    table=Table(database="test", schema="public", name="nested", primary_key=("id",)),
)


@pytest.mark.unit
def test_a_record_is_tagged_by_its_fields() -> None:
    told = columns(tables.history(NESTED), TAG)
    tagged = {
        f"{name}.{inner['name']}"
        for name, one in told.items()
        for inner in one.get("fields", ())
        if "policyTags" in inner
    }
    assert tagged == {"buyer.name", "buyer.phone", "seller.phone"}
    assert "policyTags" not in told["buyer"]


@pytest.mark.unit
def test_a_table_that_is_there_is_brought_to_the_register_s_words_once() -> None:
    table = tables.history(NESTED)
    old = bigquery.Table.from_api_repr(resource("p.d", replace(table, description="old")).to_api_repr())
    grown = bigquery.SchemaField("added_later", "STRING", description="somebody's")
    old.schema = [*(_without_words(column) for column in old.schema), grown]
    assert described(old, table, TAG)
    told = {one["name"]: one for one in old.to_api_repr()["schema"]["fields"]}
    assert old.description == table.description
    assert told.pop("added_later")["description"] == "somebody's"
    assert told == columns(table, TAG)
    assert not described(old, table, TAG)


def _without_words(column: bigquery.SchemaField) -> bigquery.SchemaField:
    shape = column.to_api_repr()
    shape.pop("description", None)
    for inner in shape.get("fields", ()):
        inner.pop("description", None)
    return bigquery.SchemaField.from_api_repr(shape)


@pytest.mark.unit
def test_tags_that_somebody_set_stay_while_none_is_configured() -> None:
    table = tables.history(CONTACTS)
    there = bigquery.Table.from_api_repr(resource("p.d", table, TAG).to_api_repr())
    assert not described(there, table)


@pytest.mark.broker
async def test_a_table_has_its_partitioning_clustering_and_words_and_gets_new_ones_at_the_next_start(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    history = tables.history(CONTACTS)
    await warehouse.prepare([history])
    first = await asyncio.to_thread(warehouse._table, history.name)
    assert (first.time_partitioning.type_, first.time_partitioning.field) == ("DAY", "_commit_ts")
    assert first.clustering_fields == ["_kafka_partition", "_offset"]
    words = {column.name: column.description for column in first.schema}
    assert words == {field.name: field.description for field in history.fields}
    reworded = replace(
        history,
        description="New words.",
        fields=(*(replace(field, description=f"New: {field.description}") for field in history.fields), EXTRA),
    )
    await warehouse.prepare([reworded])
    then = await asyncio.to_thread(warehouse._table, history.name)
    assert then.description == "New words."
    assert {column.name: column.description for column in then.schema} == {
        field.name: field.description for field in reworded.fields
    }


EXTRA = tables.Field(name="extra", type="STRING", description="Added.")
