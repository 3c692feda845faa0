"""What understanding a message means: a flow, the things it names, and how sure we are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Entities:
    """What a message names, each in the order written; texts as written, numbers as numbers.

    ``prices`` are BRL. ``cnpjs`` are 14 characters without punctuation, either form, not checked.
    """

    order_numbers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    quantities: tuple[int, ...] = ()
    dates: tuple[str, ...] = ()
    prices: tuple[float, ...] = ()
    cnpjs: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, list[Any]]:
        """The entities that are there, by their singular name."""
        named = {
            "order_number": self.order_numbers,
            "product": self.products,
            "quantity": self.quantities,
            "date": self.dates,
            "price": self.prices,
            "cnpj": self.cnpjs,
        }
        return {name: list(values) for name, values in named.items() if values}


@dataclass(frozen=True, slots=True)
class Context:
    """What of the conversation helps to understand a message that leans on it.

    ``awaiting`` is the flow that asked a question back, so that a bare name may be its answer.
    """

    last_flow: str | None = None
    awaiting: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message asks.

    ``flow`` is the first of ``flows``, which are in the order asked; both are empty when ``abstained``.
    ``confidence`` is the calibrated probability of ``flow``, also when it was too low to answer.
    ``scores`` holds the best few flows, for the record of why.
    """

    flow: str | None
    flows: tuple[str, ...]
    entities: Entities
    confidence: float
    abstained: bool
    source: str
    scores: Mapping[str, float] = field(default_factory=dict)


class Understanding(Protocol):
    """Maps a message to flows. Proposes only: what is said and done is decided by flows and policy."""

    async def understand(self, text: str, context: Context) -> Understood:
        """Never raises for any text; may block only by awaiting."""
        ...
