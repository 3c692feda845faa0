"""What may be taken instead: the same active ingredients, dose and form. It is told, never put in the place of."""

from agents import policy
from agents.flows import one_product
from agents.flows.flow import Ask, Flow
from agents.flows.product_info import category
from agents.flows.slots import PRODUCTS
from agents.ordering.choosing import title
from agents.tools.permitted import Permitted
from agents.tools.terms import substitutes
from agents.wording import count, money
from store.availability import Product
from store.substitutes import Substitute

_MOST = 5
_RULE = "A troca no balcão segue a regra da ANVISA para o tipo de cada um; eu não troco nada sem você pedir."


async def tell(ask: Ask, use: Permitted, product: Product) -> str:
    """The substitutes in stock, cheapest first, with what each is by law; else that there are none."""
    found = await use(substitutes, [product.product_id], limit=_MOST)
    stocked = [one for one in found if one.price is not None]
    kind = f" ({category(product.category)})" if product.category else ""
    if not found:
        return (
            f"Não encontrei substituto de {title(product)} com o mesmo princípio ativo, dose e forma. "
            "Outra dose ou forma não é equivalente, por isso não sugiro."
        )
    head = f"No lugar de {title(product)}{kind}, mesmo princípio ativo, dose e forma:"
    if not stocked:
        return f"{head}\nHá {count(len(found), 'opção', 'opções')} no catálogo, mas todas *em falta* agora."
    notice = policy.stripe_notice(product.stripe)
    return "\n".join([head, *(_line(one) for one in stocked), *([notice] if notice else []), _RULE])


def _line(one: Substitute) -> str:
    kind = category(one.category) or "tipo não informado"
    line = f"• *{one.name}* {one.presentation} ({one.manufacturer}), {kind}: "
    assert one.price is not None, "only what is in stock is listed"
    line += f"{money(one.price)} com {one.supplier}, {count(one.available or 0, 'disponível', 'disponíveis')}"
    if (one.minimum_quantity or 1) > 1:
        line += f", mínimo {one.minimum_quantity}"
    return line


FLOW = Flow(
    name="product_substitute",
    serves=("product_substitute",),
    title="o substituto",
    specialist="sales",
    slots=(PRODUCTS,),
    tools=(*one_product.TOOLS, substitutes),
    run=one_product.run(tell),
    steps={one_product.CHOOSE: one_product.choose(tell)},
)
