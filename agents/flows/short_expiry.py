"""Goods that came expired or too close to it. Expired medicine is urgent: nobody may sell it."""

import re

from agents.flows import goods
from agents.flows.flow import Answer, Ask, Flow
from agents.tools.permitted import Permitted
from agents.understanding.normalise import fold
from store.after_sales import ReturnRequested
from store.outcomes import Refused

_EXPIRED = re.compile(r"\bvencid[oa]s?\b|\bvenceu\b|\bja passou da validade\b")


async def run(ask: Ask, use: Permitted) -> Answer:
    """See ``agents.flows.goods``."""
    lead = "Sinto muito: validade assim não atende você."
    return await goods.ask_for_return(ask, use, reason="short_expiry", lead=lead)


async def done(ask: Ask, use: Permitted, result: ReturnRequested | Refused) -> Answer:
    """Words the result; expired goods call a person."""
    answer = await goods.requested(ask, use, result)
    return goods.urgent(answer) if _EXPIRED.search(fold(str(ask.slots.get("details", "")))) else answer


FLOW = Flow(
    name="short_expiry",
    serves=("short_expiry",),
    title="a validade do produto",
    slots=goods.SLOTS,
    tools=goods.TOOLS,
    writes=goods.WRITES,
    run=run,
    done=done,
)
