"""What a model reports of a message, checked: known flows, sane numbers, and only what the message really says."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.llm.completion import MalformedAnswer, Tool
from agents.llm.meanings import MEANINGS, NAMES
from agents.understanding.normalise import fold, tokens
from agents.understanding.protocol import Entities, Item

_Text = Annotated[str, Field(max_length=200)]


class Asked(BaseModel):
    """One request of a message."""

    model_config = ConfigDict(extra="forbid")
    flow: str
    confidence: Annotated[float, Field(ge=0, le=1)]


class Named(BaseModel):
    """One product of a message."""

    model_config = ConfigDict(extra="forbid")
    name: _Text
    quantity: Annotated[int | None, Field(ge=1, le=99_999)] = None


class Proposal(BaseModel):
    """The arguments of ``report``."""

    model_config = ConfigDict(extra="ignore")
    requests: Annotated[list[Asked], Field(max_length=8)]
    products: Annotated[list[Named], Field(max_length=40)] = []
    order_numbers: Annotated[list[_Text], Field(max_length=20)] = []
    invoice_numbers: Annotated[list[_Text], Field(max_length=20)] = []
    dates: Annotated[list[_Text], Field(max_length=20)] = []
    cities: Annotated[list[_Text], Field(max_length=10)] = []
    score: Annotated[int | None, Field(ge=0, le=10)] = None
    tone: Literal["neutral", "upset", "angry"] = "neutral"
    corrects: bool = False


def parse(arguments: Mapping[str, Any]) -> Proposal:
    """The report. Raises ``MalformedAnswer`` for another shape or a flow that does not exist."""
    try:
        proposal = Proposal.model_validate(arguments)
    except ValidationError as error:
        raise MalformedAnswer(f"{error.error_count()} fields of the report are wrong") from None
    if any(asked.flow not in NAMES for asked in proposal.requests):
        raise MalformedAnswer("the report names a flow that does not exist")
    return proposal


def ground(proposal: Proposal, text: str, read: Entities) -> Entities:
    """What rules read in ``text``, and what the model adds that ``text`` really says.

    A number must stand in the text digit by digit, a name word by word: a model's invention goes no further.
    """
    folded = fold(text)
    words = set(tokens(folded))
    numbers = {"".join(char for char in word if char.isdigit()) for word in words}
    added = [
        Item(named.name, named.quantity if str(named.quantity) in numbers else None)
        for named in proposal.products
        if _said(named.name, words)
    ]
    items = read.items or tuple(added)
    return replace(
        read,
        products=read.products or tuple(item.product for item in added),
        items=items,
        quantities=read.quantities or tuple(item.quantity for item in items if item.quantity),
        order_numbers=read.order_numbers or _numbers(proposal.order_numbers, folded),
        invoice_numbers=read.invoice_numbers or _numbers(proposal.invoice_numbers, folded),
        dates=read.dates or tuple(date for date in proposal.dates if _said(date, words)),
        cities=read.cities or tuple(city for city in proposal.cities if _said(city, words)),
        scores=read.scores or ((proposal.score,) if str(proposal.score) in numbers and proposal.score else ()),
    )


def _said(name: str, words: set[str]) -> bool:
    named = tokens(fold(name))
    return bool(named) and all(word in words for word in named)


def _numbers(given: Iterable[str], folded: str) -> tuple[str, ...]:
    return tuple(number for number in given if any(char.isdigit() for char in number) and fold(number) in folded)


def _strings() -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}}


REPORT = Tool(
    name="report",
    description="Diz o que a mensagem pede.",
    parameters={
        "type": "object",
        "properties": {
            "requests": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "flow": {"type": "string", "enum": [meaning.name for meaning in MEANINGS]},
                        "confidence": {"type": "number"},
                    },
                    "required": ["flow", "confidence"],
                },
            },
            "products": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "quantity": {"type": ["integer", "null"]}},
                    "required": ["name"],
                },
            },
            "order_numbers": _strings(),
            "invoice_numbers": _strings(),
            "dates": _strings(),
            "cities": _strings(),
            "score": {"type": ["integer", "null"]},
            "tone": {"type": "string", "enum": ["neutral", "upset", "angry"]},
            "corrects": {"type": "boolean"},
        },
        "required": ["requests"],
    },
)
