"""Whatever order and however often documents come, a product's point ends as its newest one."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.records import Record
from schemas.records.catalog import SearchDocument
from sinks.qdrant.guard import newer
from sinks.qdrant.plan import Change, Stored, decide, newest

pytestmark = pytest.mark.unit


def record(product: int, version: int, offset: int, *, deleted: bool = False, name: str = "Dipirona") -> Record:
    document = SearchDocument(
        product_id=product,
        version=version,
        deleted=deleted,
        name=name,
        active_ingredients=["DIPIRONA"],
        presentation="500 MG COM CT BL AL PLAS INC X 10",
        manufacturer="EMS S/A",
        gtin=None,
        anvisa_registration=None,
        stripe="none",
        ceiling_price=Decimal("10.00"),
        offers=[],
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Record(offset, 0, str(product), document, {}, None, None)


def apply(index: dict[int, Stored], changes: list[Change]) -> list[Change]:
    """What an index does that obeys the guards; the changes that were embedded."""
    plan = decide(changes, index)
    for change in (*plan.embed, *plan.keep_vectors, *plan.bury):
        payload: Any = change.payload if change.payload is not None else change.state
        index[change.state["product_id"]] = payload
    return list(plan.embed)


HISTORY = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5), st.booleans(), st.sampled_from("AB")), min_size=1)


@given(HISTORY, st.data())
def test_the_newest_version_wins_in_any_batching_order_and_number_of_deliveries(
    history: list[tuple[int, int, bool, str]], data: st.DataObject
) -> None:
    records = [
        record(product, version, offset, deleted=deleted, name=name)
        for offset, (product, version, deleted, name) in enumerate(history)
    ]
    deliveries = data.draw(st.lists(st.lists(st.sampled_from(records), min_size=1), max_size=5))
    index: dict[int, Stored] = {}
    for batch in [*deliveries, *([one] for one in data.draw(st.permutations(records)))]:
        apply(index, newest(batch)[0])
    for product in {one.value["product_id"] for one in records}:
        last = max(
            (one for one in records if one.value["product_id"] == product),
            key=lambda one: (one.value["version"], one.offset),
        )
        assert (index[product]["version"], index[product]["offset"]) == (last.value["version"], last.offset)
        assert index[product]["deleted"] is last.value["deleted"]


def test_a_late_update_does_not_bring_a_deleted_product_back() -> None:
    index: dict[int, Stored] = {}
    apply(index, newest([record(1, 5, 10, deleted=True)])[0])
    apply(index, newest([record(1, 4, 11)])[0])
    assert index[1]["deleted"]
    apply(index, newest([record(1, 6, 12)])[0])
    assert not index[1]["deleted"]


def test_an_unchanged_text_keeps_its_vectors_and_a_changed_one_does_not() -> None:
    index: dict[int, Stored] = {}
    assert len(apply(index, newest([record(1, 1, 0)])[0])) == 1
    plan = decide(newest([record(1, 2, 1)])[0], index)
    assert (len(plan.embed), len(plan.keep_vectors)) == (0, 1)
    plan = decide(newest([record(1, 2, 1, name="Dipirona Max")])[0], index)
    assert (len(plan.embed), len(plan.keep_vectors)) == (1, 0)


def test_a_product_that_comes_back_is_embedded_again() -> None:
    index: dict[int, Stored] = {}
    for version, deleted in ((1, False), (2, True)):
        apply(index, newest([record(1, version, version, deleted=deleted)])[0])
    assert len(decide(newest([record(1, 3, 3)])[0], index).embed) == 1


def test_the_same_record_again_is_not_written() -> None:
    index: dict[int, Stored] = {}
    changes, _ = newest([record(1, 1, 7)])
    apply(index, changes)
    plan = decide(changes, index)
    assert not (plan.embed or plan.keep_vectors or plan.bury)
    assert not newer(changes[0].state, changes[0].state)


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        (Record(1, 0, "1", None, {}, None, None), "empty-value"),
        (Record(1, 0, "2", record(1, 1, 1).value, {}, None, None), "key-mismatch"),
        (record(-1, 1, 1), "product-out-of-range"),
        (record(1, 2**53, 1), "version-out-of-range"),
        (record(1, -1, 1), "version-out-of-range"),
    ],
)
def test_a_record_that_cannot_be_kept_is_rejected_and_the_others_are_not(broken: Record, cause: str) -> None:
    changes, rejected = newest([record(7, 1, 0), broken])
    assert [change.state["product_id"] for change in changes] == [7]
    assert [(one, bad.cause) for one, bad in rejected] == [(broken, cause)]
