"""A table as BigQuery's REST API describes it, from the register's and back. Pure."""

from typing import Any

from google.cloud import bigquery
from google.cloud.bigquery.table import PrimaryKey, TableConstraints

from schemas.bigquery import MOST_KEY_COLUMNS, Field, Mode, WarehouseTable

_STANDARD = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "STRUCT": "RECORD"}
"""REST's older names for types."""


def resource(dataset: str, table: WarehouseTable, tag: str | None = None) -> Any:
    """The table to create; ``tag`` is the policy tag of columns with personal data."""
    made = bigquery.Table(f"{dataset}.{table.name}", schema=[column_of(field, tag) for field in table.fields])
    made.description = table.description
    if table.partition_by_day:
        made.time_partitioning = bigquery.TimePartitioning(field=table.partition_by_day)
    if table.clustering:
        made.clustering_fields = list(table.clustering)
    if 0 < len(table.primary_key) <= MOST_KEY_COLUMNS:
        made.table_constraints = TableConstraints(PrimaryKey(list(table.primary_key)), [])
    return made


def column_of(field: Field, tag: str | None = None) -> bigquery.SchemaField:
    """The column. BigQuery takes policy tags on columns that hold a value, so those of a record go to its fields."""
    return bigquery.SchemaField.from_api_repr(_shape(field, tag, personal=False))


def _shape(field: Field, tag: str | None, *, personal: bool) -> dict[str, Any]:
    personal = personal or field.personal is not None
    shape: dict[str, Any] = {"name": field.name, "type": field.type, "mode": field.mode.value}
    if field.description:
        shape["description"] = field.description
    if field.precision is not None:
        shape |= {"precision": str(field.precision), "scale": str(field.scale)}
    if field.fields:
        shape["fields"] = [_shape(inner, tag, personal=personal) for inner in field.fields]
    elif personal and tag is not None:
        shape["policyTags"] = {"names": [tag]}
    return shape


def described(existing: Any, table: WarehouseTable, tag: str | None = None) -> bool:
    """Gives the table that is there the register's descriptions and policy tags; whether that changed anything.

    Columns that the register does not know stay as they are, and so do policy tags while no tag is set.
    """
    wanted = {field.name: column_of(field, tag).to_api_repr() for field in table.fields}
    before = [column.to_api_repr() for column in existing.schema]
    after = [_described(column, wanted.get(column["name"])) for column in before]
    if before == after and (existing.description or "") == table.description:
        return False
    existing.description = table.description
    existing.schema = [bigquery.SchemaField.from_api_repr(column) for column in after]
    return True


def _described(column: dict[str, Any], wanted: dict[str, Any] | None) -> dict[str, Any]:
    if wanted is None:
        return column
    found = column | {name: wanted[name] for name in ("description", "policyTags") if name in wanted}
    if "fields" in column:
        inner = {each["name"]: each for each in wanted.get("fields", ())}
        found["fields"] = [_described(each, inner.get(each["name"])) for each in column["fields"]]
    return found


def field_of(column: Any) -> Field:
    """The column as the register would write it, but for what BigQuery does not keep."""
    kind = _STANDARD.get(column.field_type, column.field_type)
    inner = tuple(field_of(each) for each in column.fields)
    precision, scale = column.precision, column.scale
    return Field(
        name=column.name,
        type=kind,
        mode=Mode.REPEATED if column.mode == "REPEATED" else Mode.NULLABLE,
        precision=None if precision is None else int(precision),
        scale=None if precision is None else int(scale or 0),
        fields=inner,
    )
