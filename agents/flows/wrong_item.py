"""Something else came, or more, or fewer: what came goes back, what is missing is claimed."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.flows import bought, goods
from agents.flows.flow import Answer, Ask, Flow, Write, confirm, reply
from agents.tools.ordering import order_lines
from agents.tools.permitted import Permitted
from agents.tools.requests import open_complaint
from agents.understanding.normalise import fold
from agents.understanding.protocol import Entities
from store.after_sales import ComplaintOpened, ReturnRequested
from store.orders import Line
from store.outcomes import Refused

_MISSING = re.compile(r"falt|incomplet|a menos|nao veio|nao vieram|nao mandaram|veio so|menos do que|menos que")

_CAME = re.compile(r"\b(?:veio|vieram|chegou|chegaram|recebi|mandaram|entregaram)(?: so| apenas)? (\d{1,5})\b(?! mg)")
_BOUGHT = re.compile(
    r"\b(?:pedi|comprei|eram?|era pra (?:vir|ser)|era para (?:vir|ser)|deviam? (?:vir|ser)|paguei|encomendei)"
    r"(?: por)? (\d{1,5})\b(?! mg)"
)


def _how_many(entities: Entities, text: str) -> Sequence[int]:
    """How many are wrong: of "veio 10 e eu pedi 18" what lies between the two."""
    folded = fold(text)
    came, bought_ = _CAME.search(folded), _BOUGHT.search(folded)
    if came and bought_ and came[1] != bought_[1]:
        return [abs(int(came[1]) - int(bought_[1]))]
    return entities.quantities


def _fewer(folded: str) -> bool:
    """Whether fewer came than were bought."""
    came, bought_ = _CAME.search(folded), _BOUGHT.search(folded)
    return bool(came and bought_ and int(came[1]) < int(bought_[1]))


async def run(ask: Ask, use: Permitted) -> Answer:
    """Missing goods are claimed, others are taken back; see ``agents.flows.goods``."""
    details = str(ask.slots.get("details") or ask.text)
    if not (_MISSING.search(fold(details)) or _fewer(fold(details))):
        lead = "Sinto muito pela troca."
        return await goods.ask_for_return(ask, use, reason="wrong_item", lead=lead)
    order = await goods.order_of(ask, use)
    if isinstance(order, Answer):
        return replace(order, slots={**ask.slots, "details": details})
    words = ask.slots.get("product")
    lines: Sequence[Line] = await use(order_lines, [order.order_id])
    found = bought.meant(words, lines) if words else []
    about = f"\n• {bought.title(found[0])}" if len(found) == 1 else ""
    quantity = f"\n• Faltam: {ask.slots['quantity']}" if ask.slots.get("quantity") else ""
    shown = (
        f"Sinto muito pela falta. Abro uma ocorrência para o pedido {order.number} ({order.supplier}):"
        f"{about}{quantity}\n"
        f"• “{details[:300]}”\nPosso enviar? Responda *sim*."
    )
    answer = confirm(shown, open_complaint, "delivery", details[:2000], order.order_id)
    count = ask.slots.get("quantity")
    amount = found[0].unit_price * count if len(found) == 1 and count else sum(line.total for line in found or lines)
    return replace(answer, seen={"amount": str(amount)})


async def done(ask: Ask, use: Permitted, result: ReturnRequested | ComplaintOpened | Refused) -> Answer:
    """Words the result."""
    if isinstance(result, ComplaintOpened):
        text = f"Ocorrência aberta, protocolo *R{result.complaint_id}*. A equipe confere a entrega e responde por aqui."
        return reply(text, seen={"complaint": result.complaint_id})
    return await goods.requested(ask, use, result)


FLOW = Flow(
    name="wrong_item",
    serves=("wrong_item",),
    title="a diferença na entrega",
    slots=tuple(replace(slot, read=_how_many) if slot.name == "quantity" else slot for slot in goods.SLOTS),
    tools=goods.TOOLS,
    writes=(*goods.WRITES, Write(open_complaint)),
    run=run,
    done=done,
)
