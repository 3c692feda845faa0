"""Routes each request of a message to a specialist, with its confidence. Pure.

Support and the ordering part of Sales answer today, by the flows of the catalogue. What belongs to another specialist
is answered by the flow that serves it, or by one that offers a person; the route is recorded all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agents.engine.interpret import Request
from agents.flows import fallback
from agents.flows.flow import Specialist

How = Literal["answers", "asks", "person"]
SURE_ENOUGH = 0.3
"""Below it a request is not answered: it is asked for in other words, and the second time a person takes over."""

_SPECIALISTS: dict[str, Specialist] = {
    **dict.fromkeys(
        (
            "order_place",
            "reorder",
            "order_change",
            "product_search",
            "product_availability",
            "product_price",
            "product_substitute",
            "product_info",
            "minimum_order",
            "promotions",
            "payment_methods",
        ),
        "sales",
    ),
    **dict.fromkeys(("price_compare", "recommendation"), "market_intelligence"),
    "human": "person",
}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: ``specialist`` ``answers`` it, we ask what is meant, or a ``person`` takes it."""

    request: Request
    specialist: Specialist
    confidence: float
    how: How


def route(requests: Sequence[Request], *, missed: int, image: bool = False) -> Sequence[Route]:
    """A route for each request, in order; ``missed`` counts the messages before it that were not understood.

    Several requests that are not sure enough are asked about once. An answer to our own question is always taken.
    """
    routes: list[Route] = []
    for request in requests:
        specialist = specialist_of(request, image=image)
        if request.kind != "new" or request.confidence >= SURE_ENOUGH or request.flow is fallback.NOT_UNDERSTOOD:
            how: How = "person" if specialist == "person" else "answers"
            if request.flow is fallback.NOT_UNDERSTOOD:
                how = "person" if missed else "asks"
            routes.append(Route(request, specialist, request.confidence, how))
        elif not any(each.request.flow is fallback.NOT_UNDERSTOOD for each in routes):
            asking = replace(request, flow=fallback.NOT_UNDERSTOOD)
            routes.append(Route(asking, specialist, request.confidence, "person" if missed else "asks"))
    return sorted(routes, key=lambda each: each.request.flow is fallback.NOT_UNDERSTOOD)


def specialist_of(request: Request, *, image: bool = False) -> Specialist:
    """Whose subject it is: by the name understood, else by the flow; a picture without words is Visual search's."""
    if image:
        return "visual_search"
    named = next((_SPECIALISTS[name] for name in request.names if name in _SPECIALISTS), None)
    return named or request.flow.specialist
