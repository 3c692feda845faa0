"""Second copies: the invoice's key, the boleto's line or PIX code at once; the files themselves are sent on request."""

from collections.abc import Sequence
from dataclasses import replace

from agents.flows import which_order
from agents.flows.flow import Answer, Ask, Flow, Question, Slot, Write, confirm, reply
from agents.flows.slots import ORDER_NUMBERS
from agents.tools.orders import find_orders
from agents.tools.permitted import Permitted
from agents.tools.requests import request_invoice_copy
from agents.tools.terms import charges, invoices
from agents.wording import day, money
from store.billing import Charge, Invoice, written_line
from store.outcomes import Refused
from store.service_requests import ServiceRequested

_MOST = 3
_STATUS = {"issued": "em aberto", "paid": "paga", "overdue": "vencida", "cancelled": "cancelada"}
INVOICE_NUMBER = Slot(
    name="invoice_number",
    question="Qual é o número da nota?",
    read=lambda entities, text: entities.invoice_numbers,
    required=False,
)


async def run(ask: Ask, use: Permitted) -> Answer:
    """Of the invoice or order named, else of what is not paid yet, else of the newest invoice."""
    orders, unknown = await which_order.spoken_of(ask, use)
    if unknown is not None:
        return reply(which_order.NOT_FOUND.format(number=unknown))
    written = "".join(filter(str.isdigit, ask.slots.get("invoice_number") or ""))
    number = int(written) if written and len(written) <= 9 else None
    if number is not None:
        found = await use(invoices, number=number)
        missing = f"Não encontrei a nota {number} entre as da sua farmácia. Pode conferir o número?"
    elif orders:
        found = await use(invoices, [order.order_id for order in orders])
        missing = f"O pedido {orders[0].number} ainda não tem nota: ela sai quando o fornecedor fatura."
    else:
        found = await use(invoices, unpaid=True) or await use(invoices)
        missing = "Não encontrei nenhuma nota da sua farmácia."
    if not found:
        return reply(missing)
    shown = found[:_MOST] if number or orders or found[0].status != "paid" else found[:1]
    open_charges = await use(charges, invoice_ids=[invoice.invoice_id for invoice in shown], open_only=True)
    text = "\n\n".join(_told(invoice, open_charges) for invoice in shown)
    if len(found) > len(shown):
        text += "\n\nHá outras; diga o número do pedido ou da nota que eu mostro."
    first = shown[0]
    asked = f"Quer que eu peça o XML e a DANFE da nota {first.number} por e-mail? Responda *sim*."
    answer = confirm(f"{text}\n\n{asked}", request_invoice_copy, first.order_id, ("danfe", "xml"))
    return replace(answer, question=Question(again=asked))


def _told(invoice: Invoice, open_charges: Sequence[Charge]) -> str:
    status = _STATUS.get(invoice.status, invoice.status)
    head = f"Nota *{invoice.number}* (série {invoice.series}), pedido {invoice.order_number}, {invoice.supplier}"
    lines = [f"{head}: {money(invoice.amount)}, {status}.", f"Chave: {invoice.access_key}"]
    for charge in open_charges:
        if charge.invoice_id == invoice.invoice_id:
            lines.append(_charge(charge))
    return "\n".join(lines)


def _charge(charge: Charge) -> str:
    part = f"Parcela {charge.instalment}/{charge.instalments}: " if charge.instalments > 1 else ""
    due = f"{part}{money(charge.amount)}, vence {day(charge.due_on)}"
    if charge.digitable_line:
        return f"{due}\nBoleto: {written_line(charge.digitable_line)}"
    return f"{due}\nPIX: {charge.pix_txid}" if charge.pix_txid else due


async def done(ask: Ask, use: Permitted, result: ServiceRequested | Refused) -> Answer:
    """Words what became of the request for the files."""
    if isinstance(result, Refused):
        return reply("O fornecedor ainda não faturou esse pedido: a nota sai quando ele faturar.")
    number = result.service_request_id
    if result.again:
        return reply(f"Esse envio já estava pedido, protocolo *{number}*. Chega no e-mail do cadastro.")
    return reply(f"Pedido feito, protocolo *{number}*: o XML e a DANFE vão para o e-mail do cadastro.")


FLOW = Flow(
    name="invoice_copy",
    serves=("invoice_copy",),
    title="a segunda via",
    slots=(ORDER_NUMBERS, INVOICE_NUMBER),
    tools=(find_orders, invoices, charges),
    writes=(Write(request_invoice_copy),),
    run=run,
    done=done,
)
