"""Which order a message is about: the one it names, else the one just spoken of, else none."""

from collections.abc import Sequence

from agents.flows.flow import Ask
from agents.tools.orders import find_orders
from agents.tools.permitted import Permitted
from store.orders import Order

NOT_FOUND = "Não encontrei o pedido {number} entre os da sua farmácia. Pode conferir o número? São 8 dígitos."


async def spoken_of(ask: Ask, use: Permitted) -> tuple[Sequence[Order], str | None]:
    """The orders, and the first number that none of the pharmacy's orders has. The flow declares ``find_orders``."""
    rejected = ask.rejected.get("order_number") or ()
    rejected = [rejected] if isinstance(rejected, str) else rejected
    numbers = ask.slots.get("order_number") or [one for one in ask.memory.orders if one not in rejected][:1]
    numbers = [numbers] if isinstance(numbers, str) else list(numbers)
    found: list[Order] = []
    for number in numbers[:3]:
        matching = list(await use(find_orders, number))
        if not matching:
            return found, number
        found += matching[:1]
    return found, None
