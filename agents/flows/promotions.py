"""The campaigns that run today where the pharmacy is."""

from agents import policy
from agents.flows.flow import Answer, Ask, Flow, reply
from agents.flows.slots import PRODUCTS
from agents.ordering.cart import CartLine, is_meant
from agents.tools.permitted import Permitted
from agents.tools.terms import promotions
from agents.wording import count, day, money, percent
from store.pricing import Promotion

_LOOK = 40
_MOST = 6


async def run(ask: Ask, use: Permitted) -> Answer:
    """The highest discounts, or those on what is named."""
    names = ask.slots.get("product", [])
    running = [one for one in await use(promotions, _LOOK) if names or policy.may_be_offered(one.stripe)]
    found = [one for one in running if not names or any(is_meant(name, _known(one)) for name in names)]
    if not found and names:
        return reply(f"Hoje não há campanha para “{names[0]}”. Posso ver o preço normal: é só pedir *preço*.")
    if not found:
        return reply("Hoje não há campanhas para a sua região. Posso ver o preço de um produto, se quiser.")
    shown = found[:_MOST]
    lines = ["*Ofertas de hoje* para a sua região:" if not names else "Em campanha hoje:", *map(_line, shown)]
    notices = dict.fromkeys(filter(None, (policy.stripe_notice(one.stripe) for one in shown)))
    lines += notices
    lines.append("Para pedir, mande a quantidade e o produto.")
    return reply("\n".join(lines), products=tuple(one.product_id for one in shown))


def _line(one: Promotion) -> str:
    least = f", a partir de {one.minimum_quantity}" if one.minimum_quantity > 1 else ""
    stock = count(one.available, "disponível", "disponíveis")
    return (
        f"• *{one.name}* {one.presentation} ({one.manufacturer}): *{money(one.unit_price)}* "
        f"(−{percent(one.discount)}, era {money(one.list_price)}){least}, com {one.supplier}, até {day(one.ends_on)}, "
        f"{stock}"
    )


def _known(one: Promotion) -> CartLine:
    return CartLine("", product_id=one.product_id, name=f"{one.name} {one.presentation} {one.manufacturer}")


FLOW = Flow(
    name="promotions",
    serves=("promotions",),
    title="as ofertas",
    specialist="sales",
    slots=(PRODUCTS,),
    tools=(promotions,),
    run=run,
)
