"""Completing what was read with tombstones for what is gone."""

from datetime import UTC, datetime

import pytest

from streams.catalog import complete, tombstone

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_product_that_is_gone_leaves_a_versioned_tombstone() -> None:
    there = {**tombstone(1, 50, NOW), "deleted": False, "name": "Dorflin"}
    documents = list(complete([1, 2], 50, [there], {1: NOW, 2: NOW}))  # type: ignore[list-item]
    assert [(found["product_id"], found["deleted"], found["version"]) for found in documents] == [
        (1, False, 50),
        (2, True, 50),
    ]
