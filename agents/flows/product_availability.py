"""Is it in stock, how many, with whom; also what there is of a named product."""

from agents import tools
from agents.flows import offers
from agents.flows.flow import Answer, Ask, Flow
from agents.tools import Tools


async def run(ask: Ask, allowed: Tools) -> Answer:
    """See ``agents.flows.offers``."""
    return await offers.answer(ask, allowed, flow="product_availability", covers="product_price")


FLOW = Flow(
    name="product_availability",
    serves=("product_availability", "product_search"),
    slots=("product", "quantity"),
    tools=(tools.FIND_PRODUCTS, tools.PRODUCTS, tools.OFFERS),
    run=run,
)
