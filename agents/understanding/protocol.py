"""What understanding a message means: a flow, the things it names, and how sure we are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Tone = Literal["neutral", "upset", "angry"]
"""How the writer sounds: ``upset`` is annoyed or worried, ``angry`` insults, threatens or has had enough."""


@dataclass(frozen=True, slots=True)
class Item:
    """A product a message names, with how many of it when that is said ("10 cx de losartana 50").

    ``product`` is as written; ``unit`` is the folded word counted ("caixa"), ``None`` when none is written.
    """

    product: str
    quantity: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Entities:
    """What a message names, each in the order written; texts as written, numbers as numbers.

    ``prices`` are BRL. ``cnpjs`` are 14 characters without punctuation, either form, not checked; ``gtins`` are 8, 12,
    13 or 14 digits whose check digit holds. ``items`` has every product of ``products``, paired with its quantity.
    """

    order_numbers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    quantities: tuple[int, ...] = ()
    dates: tuple[str, ...] = ()
    prices: tuple[float, ...] = ()
    cnpjs: tuple[str, ...] = ()
    invoice_numbers: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    scores: tuple[int, ...] = ()
    gtins: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()

    def as_dict(self) -> dict[str, list[Any]]:
        """The entities that are there, by their singular name."""
        named: dict[str, tuple[Any, ...]] = {
            "order_number": self.order_numbers,
            "invoice_number": self.invoice_numbers,
            "product": self.products,
            "quantity": self.quantities,
            "date": self.dates,
            "price": self.prices,
            "cnpj": self.cnpjs,
            "city": self.cities,
            "score": self.scores,
            "gtin": self.gtins,
        }
        return {name: list(values) for name, values in named.items() if values}


@dataclass(frozen=True, slots=True)
class Context:
    """What of the conversation helps to understand a message that leans on it.

    ``awaiting`` is the flow that asked a question back, so that a bare name may be its answer; ``awaiting_slot`` names
    what it asked for ("quantity"). ``window`` holds the last messages of both sides, oldest first, for models.
    ``conversation`` and ``contact`` say whose words these are, so that what a model costs is counted.
    """

    last_flow: str | None = None
    awaiting: str | None = None
    awaiting_slot: str | None = None
    window: Sequence[str] = ()
    conversation: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message asks.

    ``flow`` is the first of ``flows``, which are in the order asked; both are empty when ``abstained``.
    ``confidence`` is the calibrated probability of ``flow``, also when it was too low to answer; ``confidences`` has
    that of each of ``flows``. ``scores`` holds the best few flows, for the record of why. ``corrects`` says that the
    message puts right what was understood or said before ("não, o outro pedido").
    """

    flow: str | None
    flows: tuple[str, ...]
    entities: Entities
    confidence: float
    abstained: bool
    source: str
    scores: Mapping[str, float] = field(default_factory=dict)
    confidences: Mapping[str, float] = field(default_factory=dict)
    tone: Tone = "neutral"
    corrects: bool = False


class Understanding(Protocol):
    """Maps a message to flows. Proposes only: what is said and done is decided by flows and policy."""

    async def understand(self, text: str, context: Context) -> Understood:
        """Never raises for any text; may block only by awaiting."""
        ...
