"""Where the pharmacy has its goods delivered."""

from agents.flows.flow import Ask
from agents.tools.ordering import addresses
from agents.tools.permitted import Permitted


async def home(ask: Ask, use: Permitted) -> tuple[str, str | None]:
    """State and city of the preferred address, else of the registration. The flow declares ``addresses``."""
    preferred = next((each for each in await use(addresses) if each.preferred), None)
    if preferred is not None:
        return preferred.state, preferred.city
    return ask.identity.state or "", ask.identity.city
