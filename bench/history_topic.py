"""The topic whose history is written in the benchmark: twelve columns of the kinds that our events have."""

from typing import Annotated, Any

from bench.consume_topic import Sample, sample
from schemas.marks import Doc
from schemas.topic import Topic


class Line(Sample):
    """The order line of the consumers' benchmark, and two columns more."""

    city: Annotated[str, Doc("Where to.")]
    weight: Annotated[float, Doc("Kilograms.")]


def topic(name: str) -> Topic:
    """The declaration under a name of the run's own."""
    return Topic(name=name, value=Line, description="For the benchmark.", owner="bench", producers=("bench",))


def line(number: int) -> dict[str, Any]:
    """The record with that id."""
    return {**sample(number), "city": "Curitiba", "weight": number / 3}
