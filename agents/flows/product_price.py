"""How much a product costs, one or many, with whom it is cheapest."""

from agents.flows import offers
from agents.flows.flow import Answer, Ask, Flow
from agents.flows.slots import PRODUCTS, QUANTITIES
from agents.tools.permitted import Permitted


async def run(ask: Ask, use: Permitted) -> Answer:
    """See ``agents.flows.offers``."""
    return await offers.answer(ask, use, covers="product_availability")


FLOW = Flow(
    name="product_price",
    serves=("product_price",),
    title="o produto",
    specialist="sales",
    slots=(PRODUCTS, QUANTITIES),
    tools=offers.TOOLS,
    run=run,
)
