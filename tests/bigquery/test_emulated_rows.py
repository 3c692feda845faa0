"""The emulator's columns of appended rows: the same as it makes itself, for every type of column."""

from typing import Any

import pytest
from bqemulator.api.routes.tabledata import _build_arrow_schema
from bqemulator.streaming.proto_deserializer import ProtoRowDecoder, proto_rows_to_arrow_table
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.emulator.rows import table
from schemas.bigquery import Field, Mode
from sinks.bigquery.rows import RowEncoder

pytestmark = pytest.mark.unit
WHOLE = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(max_size=5)
VALUES = {
    "INT64": WHOLE,
    "FLOAT64": st.floats(allow_nan=False),
    "BOOL": st.booleans(),
    "STRING": TEXT,
    "JSON": st.just('{"a": 1}'),
    "BYTES": st.binary(max_size=5),
    "NUMERIC": st.decimals(-1000, 1000, places=9),
    "BIGNUMERIC": st.decimals(-1000, 1000, places=38),
    "DATE": st.dates(),
    "TIME": st.integers(0, 86_399_999_999),
    "TIMESTAMP": st.integers(-(2**45), 2**45),
}
SEMANTIC = {"TIME": "io.debezium.time.MicroTime", "TIMESTAMP": "micros"}
SCALES = {"NUMERIC": (38, 9), "BIGNUMERIC": (76, 38)}


def _field(name: str, kind: str, mode: Mode = Mode.NULLABLE) -> Field:
    precision, scale = SCALES.get(kind, (None, None))
    return Field(name=name, type=kind, mode=mode, semantic=SEMANTIC.get(kind), precision=precision, scale=scale)


ONE = tuple(_field(kind.lower(), kind) for kind in VALUES)
MANY = tuple(_field(f"{kind.lower()}_list", kind, Mode.REPEATED) for kind in ("INT64", "STRING", "BYTES"))
ENCODER = RowEncoder((*ONE, *MANY))
DECODER = ProtoRowDecoder(ENCODER.descriptor)
SCHEMA = _build_arrow_schema(
    [{"name": one.name, "type": one.type, "mode": one.mode.value} for one in (*ONE, *MANY)]
    + [{"name": "nobody_has_it", "type": "STRING"}]
)
ROWS = st.fixed_dictionaries(
    {field.name: st.none() | VALUES[field.type] for field in ONE}
    | {field.name: st.lists(VALUES[field.type], max_size=3) for field in MANY}
)


@given(st.lists(ROWS, max_size=4))
def test_columns_are_those_the_emulator_makes_itself(rows: list[dict[str, Any]]) -> None:
    raws = [ENCODER.encode(row) for row in rows]
    assert table(DECODER, raws, SCHEMA).equals(proto_rows_to_arrow_table(DECODER, raws, SCHEMA))
