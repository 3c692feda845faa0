"""Which specialist a request goes to, and what happens to one that is not sure enough."""

from typing import Any

import pytest

from agents.engine.interpret import Request
from agents.flows import fallback, human, order_status, product_price
from agents.orchestrator.routing import route
from agents.testing import Talk

pytestmark = pytest.mark.unit


def test_each_request_goes_to_its_specialist_with_its_confidence() -> None:
    requests = [
        Request(order_status.FLOW, ("order_late",), confidence=0.9),
        Request(product_price.FLOW, ("product_price",), confidence=0.8),
        Request(fallback.NOT_OFFERED, ("price_compare",), confidence=0.7),
        Request(human.FLOW, ("human",), confidence=0.95),
    ]
    routes = route(requests, missed=0)
    assert [(each.specialist, each.how, each.confidence) for each in routes] == [
        ("support", "answers", 0.9),
        ("sales", "answers", 0.8),
        ("market_intelligence", "answers", 0.7),
        ("person", "person", 0.95),
    ]
    assert route([Request(fallback.ONLY_WORDS)], missed=0, image=True)[0].specialist == "visual_search"


def test_a_request_that_is_not_sure_is_asked_about_and_the_second_time_a_person_takes_it() -> None:
    unsure = Request(order_status.FLOW, ("order_status",), confidence=0.2)
    [asks] = route([unsure], missed=0)
    assert (asks.how, asks.request.flow) == ("asks", fallback.NOT_UNDERSTOOD)
    [person] = route([unsure], missed=1)
    assert person.how == "person"
    [answer] = route([Request(order_status.FLOW, kind="answer", confidence=0.2)], missed=0)
    assert answer.how == "answers", "an answer to our own question needs no classifier"


async def test_sure_parts_are_answered_and_the_unsure_one_is_asked_about(world: Any) -> None:
    talk = Talk(world)
    turn = await talk.says("hmm?", "complaint", sure=0.1)
    assert "não entendi" in turn.text
    assert turn.seen["requests"][0] | {"names": []} == {
        "specialist": "support",
        "how": "asks",
        "flow": "not_understood",
        "names": [],
        "kind": "new",
        "confidence": 0.1,
    }
    assert (await talk.says("hmm?", "complaint", sure=0.1)).escalate is not None


@pytest.mark.parametrize(("named", "flow"), [("order_numbers", "order_status"), ("products", "product_availability")])
async def test_a_bare_name_is_enough(world: Any, named: str, flow: str) -> None:
    named_so: dict[str, Any] = {named: ("10000482",)}
    turn = await Talk(world).says("isto", **named_so)
    assert turn.seen["requests"][0]["flow"] == flow
