"""The steps of a flow that buys: what is meant, how many, from whom, the summary, the yes, the numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from agents.flows.flow import Answer, Ask, confirm, question, reply
from agents.ordering import cart, resolving, sourcing, summary
from agents.ordering.cart import CartLine, kept_slots
from agents.ordering.home import home
from agents.ordering.problems import FOR_A_PERSON, told
from agents.saying import is_yes
from agents.tools import catalogue, ordering, terms
from agents.tools.permitted import Permitted
from agents.wording import money
from runtime.text.folding import fold
from store.basket import Basket, Payment
from store.outcomes import Refused
from store.placing import OrderLine, Placed

TOOLS = (catalogue.find_products, catalogue.products, *sourcing.TOOLS)
SLOTS = (cart.ITEMS, cart.HOW_MANY, cart.PAYMENT)
WHAT = (
    "O que você quer pedir? Mande os produtos com as quantidades, por exemplo: *20 losartana 50 mg, 10 dipirona 500*."
)
_YES = "Confirma? Responda *sim* para fechar, ou diga o que mudar."
_PERSON = "Quer que eu chame uma pessoa da equipe? Responda *sim*."
_CREDIT = frozenset({"credit", "credit_blocked"})


async def advance(ask: Ask, use: Permitted, lines: Sequence[CartLine], *, lead: str = "") -> Answer:
    """Asks for what is missing, else shows the order and asks for a yes. ``lead`` comes first."""
    if len(lines) > cart.MOST_LINES:
        text = f"São {len(lines)} itens: por aqui fecho até {cart.MOST_LINES} por pedido. Mande em partes, por favor."
        return question(text, step="add", slots=kept_slots(ask, []))
    found = await resolving.resolve(ask, use, lines)
    said = [part for part in (lead, *found.told) if part]
    if found.asks is not None:
        return replace(found.asks, text="\n\n".join(part for part in (lead, found.asks.text) if part))
    if not found.lines:
        return _nothing(ask, said)
    lines = found.lines
    if (lacking := next((line for line in lines if line.quantity is None), None)) is not None:
        return _how_many(ask, lacking, lines, said)
    return await _propose(ask, use, sourcing.together(lines), said)


async def choose(ask: Ask, use: Permitted) -> Answer:
    """After "which one?"."""
    lines, understood = await resolving.choose(ask, use, cart.load(ask.slots))
    if understood:
        return await advance(ask, use, lines)
    if ask.slots.get("product"):
        # Another product is named: it takes the place of the one that was not clear.
        settled = [line for line in lines if not line.choices]
        return await advance(ask, use, cart.merged(settled, ask))
    if (found := cart.recounted(lines, ask)) is not None:
        lines, quantity = found
        return await advance(ask, use, lines, lead=f"Anotei {quantity} {'unidade' if quantity == 1 else 'unidades'}.")
    return await advance(ask, use, lines, lead="Não entendi qual.")


async def add(ask: Ask, use: Permitted) -> Answer:
    """After a question that any words answer: what is named joins the lines; words nobody knows are a product's."""
    lines = cart.load(ask.slots)
    after = cart.merged(lines, ask)
    if after == lines and not ask.slots.get("payment") and not lines:
        says = any(map(str.isalpha, ask.text)) and not is_yes(fold(ask.text))
        after = [CartLine(ask.text.strip()[:80])] if says else []
    if not after:
        return question(WHAT, step="add", slots=kept_slots(ask, []))
    return await advance(ask, use, after)


async def done(ask: Ask, use: Permitted, result: Placed | Refused) -> Answer:
    """The numbers; or, when something changed since it was shown, what, and the order as it is now."""
    if isinstance(result, Placed):
        numbers = tuple(order.number for order in result.orders)
        seen = {"placed": [{"number": order.number, "total": str(order.total)} for order in result.orders]}
        return reply(summary.done(result), orders=numbers, seen=seen)
    lead = f"Não fechei o pedido ainda, porque algo mudou:\n{told(result.problems)}"
    return await advance(ask, use, cart.load(ask.slots), lead=lead)


def _nothing(ask: Ask, said: Sequence[str]) -> Answer:
    return question("\n\n".join([*said, "O que mais você quer pedir?"]), step="add", slots=kept_slots(ask, []))


def _how_many(ask: Ask, line: CartLine, lines: Sequence[CartLine], said: Sequence[str]) -> Answer:
    name = f"*{line.name}*"
    asked = f"Quantas unidades de {name}?"
    if line.unit:
        asked = f"{name}: quantas unidades ao todo? O tamanho do {line.unit.rstrip('s')} varia com o fornecedor."
    ids = tuple(each.product_id for each in lines if each.product_id is not None)
    return question("\n\n".join([*said, asked]), slot="quantity", slots=kept_slots(ask, lines), products=ids)


async def _propose(ask: Ask, use: Permitted, lines: Sequence[CartLine], said: Sequence[str]) -> Answer:
    state, city = await home(ask, use)
    found = await sourcing.source(use, lines, state=state, city=city)
    if found.lacking is not None:
        line, why = found.lacking
        again = [replace(each, quantity=None) if each is line else each for each in lines]
        return _how_many(ask, replace(line, unit=""), again, [*said, *found.told, why])
    if not found.wanted:
        return _nothing(ask, [*said, *found.told])
    payment = await _payment(ask, use)
    basket = await use(ordering.basket, found.wanted, payment=payment)
    before = {line.product_id: line.before for line in found.lines if line.product_id and line.before is not None}
    text = "\n\n".join([*said, *found.told, summary.shown(basket, before)])
    slots = kept_slots(ask, found.lines)
    ids = tuple(line.product_id for line in found.lines if line.product_id is not None)
    if basket.problems:
        return replace(_hindered(text, basket, payment, slots), products=ids, seen={"amount": str(basket.total)})
    wanted = [OrderLine(line.offer_id, line.quantity, line.unit_price) for each in basket.orders for line in each.lines]
    answer = confirm(f"{text}\n\n{_YES}", ordering.place_order, wanted, basket.total, payment=payment)
    return replace(answer, slots=slots, products=ids, seen={"amount": str(basket.total)})


async def _payment(ask: Ask, use: Permitted) -> Payment | None:
    """The way to pay that the person named, as some supplier accepts it; ``None`` leaves it to the suppliers' first."""
    method = ask.slots.get("payment")
    if not method:
        return None
    accepted = [term for term in await use(terms.payment_terms) if term.method == method]
    return Payment(method, min((term.due_days for term in accepted), key=len)) if accepted else None


def _hindered(text: str, basket: Basket, payment: Payment | None, slots: Mapping[str, Any]) -> Answer:
    reasons = {problem.reason for problem in basket.problems}
    if reasons <= _CREDIT and (payment is None or payment.method == "boleto"):
        ways = "Quer pagar por *Pix*? Responda *pix*." + (" Ou diminua as quantidades." if "credit" in reasons else "")
        return question(f"{text}\n\n{ways}", step="add", again=ways, slots=slots)
    if reasons & FOR_A_PERSON:
        return reply(f"{text}\n\nPor isso não consigo fechar por aqui. {_PERSON}", offers_person=True)
    lacking = [order.lacking for order in basket.orders if order.lacking]
    more = f"Quer incluir mais itens ou aumentar alguma quantidade? Faltam {money(sum(lacking, Decimal(0)))}."
    if not lacking:
        more = "Diga o que mudar: quantidade, produto ou forma de pagamento."
    return question(f"{text}\n\n{more}", step="add", again=more, slots=slots)
