"""Goods that came broken, leaking, open or warm. A broken cold chain is urgent: the product may harm somebody."""

import re

from agents.flows import goods
from agents.flows.flow import Answer, Ask, Flow
from agents.tools.permitted import Permitted
from agents.understanding.normalise import fold
from store.after_sales import ReturnRequested
from store.outcomes import Refused

_WARM = re.compile(r"quente|sem gelo|gelo (?:seco )?derret|descongel|temperatura|cadeia fria|fora da geladeira|isopor")


async def run(ask: Ask, use: Permitted) -> Answer:
    """See ``agents.flows.goods``."""
    lead = "Sinto muito por isso. Se puder, guarde uma foto do produto e da caixa."
    return await goods.ask_for_return(ask, use, reason="damaged", lead=lead)


async def done(ask: Ask, use: Permitted, result: ReturnRequested | Refused) -> Answer:
    """Words the result; a broken cold chain calls a person."""
    answer = await goods.requested(ask, use, result)
    return goods.urgent(answer) if _WARM.search(fold(str(ask.slots.get("details", "")))) else answer


FLOW = Flow(
    name="damaged_item",
    serves=("damaged_item",),
    title="o produto avariado",
    slots=goods.SLOTS,
    tools=goods.TOOLS,
    writes=goods.WRITES,
    run=run,
    done=done,
)
