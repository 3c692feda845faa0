"""What the resolver says is readable, fastavro reads; what it refuses for a symbol or a field, fastavro refuses."""

import io
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.compatibility.evolution import refusals, schema_differences
from schemas.compatibility.parse import parse
from schemas.compatibility.readers import Readers
from schemas.compatibility.resolve import problems
from schemas.compatibility.verdict import Verdict, worst
from schemas.contract import Contract
from tests.contracts.schema_pairs import near, schemas, values

pytestmark = pytest.mark.unit

SLOW = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read(writer: dict[str, Any], reader: dict[str, Any], value: Any) -> Any:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, writer, value)
    out.seek(0)
    return fastavro.schemaless_reader(out, writer, reader)


@SLOW
@given(st.data())
def test_what_is_readable_is_read(data: st.DataObject) -> None:
    writer = data.draw(schemas())
    reader = data.draw(near(writer))
    value = data.draw(values(writer))
    if not problems(parse(reader), parse(writer)):
        read(writer, reader, value)


@SLOW
@given(schemas())
def test_every_schema_reads_its_own_records(schema: dict[str, Any]) -> None:
    assert problems(parse(schema), parse(schema)) == []


@SLOW
@given(st.data(), st.booleans())
def test_what_is_told_of_a_change_loses_no_problem(data: st.DataObject, full: bool) -> None:
    old = data.draw(schemas())
    new = data.draw(near(old))
    nobody = Readers((), (), ())
    said = schema_differences(Contract(name="t", schema=old), Contract(name="t", schema=new), (), nobody, full=full)
    refused = bool(refusals(old, new, (), full=full))
    assert (worst(said) is Verdict.BREAKING) == refused
    assert bool(said) == (old != new)
