"""How much a product costs, one or many, with whom it is cheapest."""

from agents import tools
from agents.flows import offers
from agents.flows.flow import Answer, Ask, Flow
from agents.tools import Tools


async def run(ask: Ask, allowed: Tools) -> Answer:
    """See ``agents.flows.offers``."""
    return await offers.answer(ask, allowed, flow="product_price", covers="product_availability")


FLOW = Flow(
    name="product_price",
    serves=("product_price",),
    slots=("product", "quantity"),
    tools=(tools.FIND_PRODUCTS, tools.PRODUCTS, tools.OFFERS),
    run=run,
)
