"""How the pharmacy may pay: methods, terms, what was agreed with it alone."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from agents.flows.flow import Answer, Ask, Flow, reply
from agents.tools.permitted import Permitted
from agents.tools.terms import payment_terms
from agents.wording import listed, percent
from store.terms import PaymentTerm

_METHODS = {"boleto": "Boleto", "pix": "PIX", "card": "Cartão"}
_MOST_AGREED = 3
_HINT = "O fornecedor e o valor do pedido definem o prazo: eu mostro as opções antes de você confirmar a compra."


async def run(ask: Ask, use: Permitted) -> Answer:
    """Tells what was agreed with this pharmacy first, then what every supplier offers, method by method."""
    terms = await use(payment_terms)
    if not terms:
        return reply(
            "Ainda não há formas de pagamento liberadas para a sua farmácia. "
            "Quer que eu chame uma pessoa da equipe? Responda *sim*.",
            offers_person=True,
        )
    agreed = [f"• {term.supplier}: {_METHODS[term.method].lower()} {_days(term)}" for term in terms if term.agreed]
    lines = ["Como você pode pagar:", *_by_method([term for term in terms if not term.agreed])]
    if agreed:
        lines += ["", "Condições só da sua farmácia:", *agreed[:_MOST_AGREED]]
    lines += ["", _HINT]
    return reply("\n".join(lines), seen={"terms": len(terms)})


def _by_method(terms: Iterable[PaymentTerm]) -> list[str]:
    order = list(_METHODS)
    ordered = sorted(terms, key=lambda term: order.index(term.method))
    lines = []
    for method, group in groupby(ordered, key=lambda term: term.method):
        kept = list(group)
        suppliers = len({term.supplier_id for term in kept})
        line = f"• *{_METHODS[method]}* {_range(kept)}"
        best = max(term.discount for term in kept)
        if best:
            line += f", com até {percent(best)} de desconto"
        lines.append(f"{line} ({suppliers} {'fornecedor' if suppliers == 1 else 'fornecedores'})")
    return lines


def _range(terms: Sequence[PaymentTerm]) -> str:
    plans = sorted({term.due_days for term in terms}, key=lambda days: (max(days), len(days)))
    if plans == [(0,)]:
        return "à vista"
    written = ["à vista" if days == (0,) else "/".join(map(str, days)) for days in plans]
    shown = written if len(written) <= 4 else [written[0], *written[-3:]]
    return f"{listed(shown, last='ou')}{' dias' if shown[-1] != 'à vista' else ''}"


def _days(term: PaymentTerm) -> str:
    days = "à vista" if term.due_days == (0,) else f"em {'/'.join(map(str, term.due_days))} dias"
    return f"{days}, {percent(term.discount)} de desconto" if term.discount else days


FLOW = Flow(
    name="payment_methods",
    serves=("payment_methods",),
    title="as formas de pagamento",
    tools=(payment_terms,),
    run=run,
)
