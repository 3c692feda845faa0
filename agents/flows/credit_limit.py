"""The pharmacy's credit: limit, what is used, what is free, and why it is blocked."""

import re
from decimal import Decimal

from agents.flows.flow import Answer, Ask, Flow, reply
from agents.tools.permitted import Permitted
from agents.tools.terms import credit
from agents.understanding.normalise import fold
from agents.wording import day, money
from store.credit import Credit

_BLOCKED = {
    "overdue": "há boletos vencidos",
    "documents": "falta um documento da farmácia (alvará, licença sanitária ou AFE)",
    "review": "o crédito está em análise",
}
_BLOCK = re.compile(r"\bbloque|\btrava")
_RAISE = re.compile(r"\b(?:aument\w+|aprov\w+|liber\w+|sub(?:a|ir|e|iu)|amplia\w*|mais limite|cresce\w*)\b")
_PERSON = "Quer que eu chame uma pessoa do financeiro? Responda *sim*."


async def run(ask: Ask, use: Permitted) -> Answer:
    """Tells the numbers as they are now; a blocked credit comes with its reason and what frees it."""
    found = await use(credit)
    if found is None:
        return reply(
            "A sua farmácia ainda não tem limite de crédito: as compras são à vista, no PIX ou cartão. "
            f"Para pedir um limite, uma pessoa analisa. {_PERSON}",
            offers_person=True,
        )
    lines = [
        f"Seu limite é *{money(found.credit_limit)}*.",
        f"• Em uso: {money(found.used)}",
        f"• Livre para comprar no boleto: *{money(found.available if found.blocked_reason is None else Decimal())}*",
        *_late(found),
    ]
    seen = {"limit": str(found.credit_limit), "used": str(found.used), "blocked": found.blocked_reason}
    if found.blocked_reason is None:
        if _BLOCK.search(fold(ask.text)):
            lines.append("O crédito não está bloqueado.")
        if not _RAISE.search(fold(ask.text)):
            return reply("\n".join(lines), seen=seen)
        lines.append(f"Mudar o limite depende de análise do financeiro, não de mim. {_PERSON}")
        return reply("\n".join(lines), seen=seen, offers_person=True)
    why = _BLOCKED.get(found.blocked_reason, "uma pessoa precisa conferir")
    lines.append(f"O crédito está *bloqueado*: {why}. Enquanto isso você pode comprar à vista, no PIX ou cartão.")
    if found.blocked_reason == "overdue":
        lines.append("Pagando o que venceu, o bloqueio sai. Peça *segunda via do boleto* que eu mando o código.")
    return reply("\n".join([*lines, _PERSON]), seen=seen, offers_person=True)


def _late(found: Credit) -> list[str]:
    if not found.overdue:
        return []
    since = f" desde {day(found.oldest_overdue)}" if found.oldest_overdue else ""
    return [f"• Vencido{since}: {money(found.overdue)}"]


FLOW = Flow(name="credit_limit", serves=("credit_limit",), title="o limite de crédito", tools=(credit,), run=run)
