"""An order as it is shown before a yes, and after it. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from agents import policy
from agents.ordering.problems import told
from agents.wording import count, listed, money
from store.addresses import Address
from store.basket import Basket, Payment, SupplierOrder
from store.placing import Placed
from store.pricing import Quote

_METHODS = {"boleto": "boleto", "pix": "Pix", "card": "cartão"}


def shown(basket: Basket, before: Mapping[int, Decimal]) -> str:
    """Every line with its price, freight, delivery and payment, by supplier; ``before`` has earlier prices by product.

    What is in the way comes last.
    """
    parts = ["*Resumo do pedido*", *(_order(order, before) for order in basket.orders)]
    if len(basket.orders) > 1:
        parts.append(f"*Total geral: {money(basket.total)}*")
    if basket.address is not None:
        parts.append(f"Entrega em: {place(basket.address)}")
    if notices := _notices([line for order in basket.orders for line in order.lines]):
        parts.append(notices)
    if basket.problems:
        parts.append(told(basket.problems))
    return "\n\n".join(parts)


def place(address: Address) -> str:
    """An address in a line."""
    return f"{address.label}, {address.street}, {address.number}, {address.district}, {address.city}/{address.state}"


def done(placed: Placed) -> str:
    """The numbers and totals of what was placed."""
    lines = [f"• *{order.number}* com {order.supplier}: {money(order.total)}" for order in placed.orders]
    lead = "Pedido feito! ✅ Anote o número:" if len(lines) == 1 else "Pedidos feitos! ✅ Um por fornecedor:"
    total = [f"Total: {money(placed.total)}"] if len(lines) > 1 else []
    tail = "Para acompanhar, é só me mandar o número. Até a separação ainda dá para cancelar."
    return "\n".join([lead, *lines, *total, tail])


def payment(found: Payment | None) -> str:
    """``boleto em 28/35 dias``, ``Pix``."""
    if found is None:
        return "boleto, prazo a combinar"
    days = [days for days in found.due_days if days]
    return _METHODS.get(found.method, found.method) + (f" em {'/'.join(map(str, days))} dias" if days else " à vista")


def _order(order: SupplierOrder, before: Mapping[int, Decimal]) -> str:
    lines = [f"📦 *{order.supplier}*", *(_line(line, before.get(line.product_id)) for line in order.lines)]
    lines.append(_freight(order))
    if order.discount:
        lines.append(f"Desconto pelo pagamento: −{money(order.discount)}")
    if order.days_to is not None:
        lines.append(f"Entrega: {days(order.days_from, order.days_to)} · Pagamento: {payment(order.payment)}")
    lines.append(f"*Total: {money(order.total)}*")
    return "\n".join(lines)


def _line(line: Quote, before: Decimal | None) -> str:
    text = f"• {line.quantity} × *{line.name}* {line.presentation} ({line.manufacturer}): "
    text += f"{money(line.unit_price)} = {money(line.total)}"
    if line.discount:
        percent = f"{line.discount.normalize():f}".replace(".", ",")
        text += f" (−{percent}%{f' {line.campaign}' if line.campaign else ' pela quantidade'})"
    if before is not None and before != line.unit_price:
        text += f" _(antes {money(before)})_"
    return text


def _freight(order: SupplierOrder) -> str:
    if not order.freight:
        return "Frete: grátis"
    free = order.free_freight_from
    return f"Frete: {money(order.freight)}" + (f" (grátis a partir de {money(free)})" if free is not None else "")


def days(first: int | None, last: int) -> str:
    """``1 a 2 dias úteis``."""
    if last == 0:
        return "no mesmo dia útil"
    if first in (None, last):
        return count(last, "dia útil", "dias úteis")
    return f"{first} a {count(last, 'dia útil', 'dias úteis')}"


def _notices(lines: Sequence[Quote]) -> str:
    by_notice: dict[str, list[str]] = {}
    for line in lines:
        if notice := policy.stripe_notice(line.stripe):
            names = by_notice.setdefault(notice, [])
            if line.name not in names:
                names.append(line.name)
    return "\n".join(f"{notice.rstrip('.')} ({listed(names)})." for notice, names in by_notice.items())
