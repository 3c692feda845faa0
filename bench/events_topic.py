"""The captured changes that event processors are compared on: prices of active offers that move."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from schemas import example
from schemas.captured import CAPTURED
from schemas.topic import KeyType, Topic

_OFFERS = CAPTURED["offers"]


def topic(name: str) -> Topic:
    """The captured offers under a name of the run's own, with keys of text."""
    return replace(_OFFERS, name=name, partitions=1, key=KeyType.TEXT)


def changes() -> Any:
    """A function from a number to the change with that number: its offer's price rises by a cent."""
    captured = example.read(_OFFERS)
    row, source = captured["after"], captured["source"]

    def change(number: int) -> dict[str, Any]:
        price = Decimal(1000 + number % 5000).scaleb(-2)
        offer = {**row, "id": number, "state": "active"}
        return {
            **captured,
            "op": "u",
            "before": {**offer, "price": price},
            "after": {**offer, "price": price + Decimal("0.01")},
            "source": {**source, "lsn": source["lsn"] + number},
        }

    return change
