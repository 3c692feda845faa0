"""The topic the consumers are compared on: ten fields of the kinds that our records have."""

from typing import Annotated, Any, TypedDict

from schemas.marks import Doc
from schemas.topic import Topic


class Sample(TypedDict):
    """An order line, more or less."""

    id: Annotated[int, Doc("Counts up.")]
    order_number: Annotated[str, Doc("What people quote.")]
    supplier: Annotated[str, Doc("Who sells.")]
    price: Annotated[float, Doc("BRL.")]
    note: Annotated[str | None, Doc("Half of them have one.")]
    quantity: Annotated[int, Doc("Units.")]
    urgent: Annotated[bool, Doc("Some are.")]
    status: Annotated[str, Doc("One of a few.")]
    parent: Annotated[int | None, Doc("Mostly none.")]
    changed_at: Annotated[str, Doc("As Debezium writes a timestamptz.")]


def topic(name: str) -> Topic:
    """The declaration under a name of the run's own."""
    return Topic(name=name, value=Sample, description="For the benchmark.", owner="bench", producers=("bench",))


def sample(number: int) -> dict[str, Any]:
    """The record with that id."""
    return {
        "id": number,
        "order_number": f"2026-{number:08d}",
        "supplier": "Distribuidora Farmacêutica do Sul",
        "price": number / 7,
        "note": "entregar pela manhã" if number % 2 else None,
        "quantity": number % 90,
        "urgent": number % 11 == 0,
        "status": "confirmed",
        "parent": number - 1 if number % 13 == 0 else None,
        "changed_at": "2026-11-20T13:45:10.123456Z",
    }
