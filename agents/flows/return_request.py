"""Goods in order that are to go back: bought by mistake, not needed."""

from agents.flows import goods
from agents.flows.flow import Answer, Ask, Flow
from agents.tools.permitted import Permitted


async def run(ask: Ask, use: Permitted) -> Answer:
    """See ``agents.flows.goods``."""
    return await goods.ask_for_return(ask, use, reason="not_needed", lead="Vamos abrir a devolução.")


FLOW = Flow(
    name="return_request",
    serves=("return_request",),
    title="a devolução",
    slots=goods.SLOTS,
    tools=goods.TOOLS,
    writes=goods.WRITES,
    run=run,
    done=goods.requested,
)
