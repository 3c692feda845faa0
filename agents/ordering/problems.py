"""What stands in the way of an order, in words for the person who wants it. Pure."""

from collections.abc import Sequence

from agents.wording import count, money
from store.outcomes import Problem

_BLOCKED = {
    "overdue": "há boletos vencidos em aberto",
    "documents": "faltam documentos no cadastro",
    "review": "o crédito está em análise",
}
_STATES = {
    "placed": "aguarda a confirmação do fornecedor",
    "confirmed": "já foi confirmado pelo fornecedor",
    "picking": "já está em separação",
    "invoiced": "já foi faturado",
    "shipped": "já foi enviado",
    "delivered": "já foi entregue",
    "cancelled": "já está cancelado",
    "returned": "já foi devolvido",
}
FOR_A_PERSON = frozenset({"credit_blocked", "pharmacy_blocked", "pharmacy_inactive", "no_delivery", "above_ceiling"})
"""What no other quantity or product mends."""


def state_of(status: str) -> str:
    """What goes on after "o pedido": ``"já foi enviado"``."""
    return _STATES.get(status, "já avançou")


def told(problems: Sequence[Problem]) -> str:
    """A line for each, without repetition."""
    return "\n".join(dict.fromkeys(f"⚠️ {explained(problem)}" for problem in problems))


def explained(problem: Problem) -> str:  # noqa: PLR0912 - one case a reason
    """One sentence."""
    product, supplier = f"*{problem.product}*", problem.supplier or "O fornecedor"
    wanted, allowed = problem.wanted, problem.allowed
    match problem.reason:
        case "price_changed" if problem.product and wanted is not None and allowed is not None:
            return f"O preço mudou: {product} era {money(wanted)} e agora é {money(allowed)}."
        case "price_changed" if wanted is not None and allowed is not None:
            return f"O total mudou: era {money(wanted)} e agora é {money(allowed)}."
        case "out_of_stock" if not allowed:
            return f"{product} acabou com {supplier}."
        case "out_of_stock":
            return f"{product}: {supplier} só tem {count(int(allowed or 0), 'unidade', 'unidades')}."
        case "below_minimum_quantity":
            return f"{product}: {supplier} vende a partir de {count(int(allowed or 0), 'unidade', 'unidades')}."
        case "below_minimum_order" if wanted is not None and allowed is not None:
            return f"{supplier} tem pedido mínimo de {money(allowed)} em produtos: faltam {money(allowed - wanted)}."
        case "no_delivery":
            return f"{supplier} não entrega no seu endereço."
        case "payment_method" if allowed is not None:
            return f"{supplier} só aceita essa forma de pagamento a partir de {money(allowed)}."
        case "payment_method":
            return f"{supplier} não aceita essa forma de pagamento."
        case "credit" if wanted is not None and allowed is not None:
            return f"O pedido soma {money(wanted)} no boleto, e o seu limite disponível é {money(allowed)}."
        case "credit_blocked":
            why = _BLOCKED.get(problem.state or "", "o crédito está bloqueado")
            return f"Compras no boleto estão bloqueadas: {why}."
        case "pharmacy_blocked" | "pharmacy_inactive":
            return "O cadastro da sua farmácia não está liberado para compras."
        case "not_for_sale":
            return f"{product} não está mais à venda com {supplier}."
        case "above_ceiling":
            return f"{product} está com o preço em conferência e não pode ser vendido agora."
        case "order_state":
            return f"O pedido {state_of(problem.state or '')}."
        case "quantity":
            return "A quantidade precisa ser um número inteiro positivo."
        case "empty":
            return "O pedido ficaria sem nenhum item."
        case "not_found" if problem.state == "address":
            return "Não encontrei esse endereço no cadastro da sua farmácia."
        case _:
            return "Não encontrei um dos itens; ele pode ter saído de linha."
