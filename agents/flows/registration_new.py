"""Somebody wants to become a customer: company, CNPJ and city are taken down, and a person of sales goes on."""

import re
from dataclasses import replace

from agents.flows.flow import Answer, Ask, Flow, Slot, Write, confirm, question, reply
from agents.saying import is_yes
from agents.tools.permitted import Permitted
from agents.tools.requests import request_registration
from agents.understanding.normalise import fold
from agents.understanding.protocol import Entities
from schemas.identifiers import is_cnpj, written_cnpj
from store.outcomes import Refused
from store.service_requests import ServiceRequested

CNPJ = Slot(
    name="cnpj",
    question="Que bom! Para começar: qual é o CNPJ da farmácia?",
    read=lambda entities, text: entities.cnpjs,
    required=False,
    called="cnpj",
)


def _words(entities: Entities, text: str) -> list[str]:
    """The whole message, unless it is a bare yes."""
    return [] if is_yes(fold(text)) else [text]


NAME = Slot(name="name", question="Qual é o nome da farmácia?", read=_words, required=False, free=True)
CITY = replace(NAME, name="city", question="Em que cidade e estado ela fica?")
_LOOKS_INTO = re.compile(
    r"\b(?:ver|veja|consult\w+|mostr\w+|acess\w+|me (?:passa|manda|diz|da)|quais|quanto)\b.*"
    r"\b(?:pedidos?|compr\w+|boletos?|notas?|limite|dados|telefone|preco\w*)\b"
)
_NOT_YOURS = (
    "Por segurança, só mostro dados da farmácia ligada a este número de WhatsApp. Para falar de outra farmácia, "
    "escreva pelo número cadastrado nela. Se quiser, chamo uma pessoa da equipe: responda *sim*."
)


async def run(ask: Ask, use: Permitted) -> Answer:
    """Shows what will be asked for, once the CNPJ holds."""
    if _LOOKS_INTO.search(fold(ask.text)):
        return reply(_NOT_YOURS, outcome="refused", offers_person=True)
    if "cnpj" not in ask.slots:
        return question(CNPJ.question, slot="cnpj")
    cnpj = str(ask.slots["cnpj"])
    if not is_cnpj(cnpj):
        kept = {name: value for name, value in ask.slots.items() if name != "cnpj"}
        return question("Esse CNPJ não confere. Pode mandar de novo, com os 14 caracteres?", slot="cnpj", slots=kept)
    for slot in (NAME, CITY):
        if slot.name not in ask.slots:
            return question(slot.question, slot=slot.name)
    name, city = str(ask.slots["name"]).strip()[:200], str(ask.slots["city"]).strip()[:100]
    text = (
        f"Confere?\n• {name}\n• CNPJ {written_cnpj(cnpj)}\n• {city}\n"
        "Envio para o time comercial, que fala com você por este número. Responda *sim*."
    )
    return confirm(text, request_registration, cnpj, name, city)


async def done(ask: Ask, use: Permitted, result: ServiceRequested | Refused) -> Answer:
    """Words what became of it; it is not told whether others know the company."""
    if isinstance(result, Refused):
        text = "Esse CNPJ precisa ser conferido por uma pessoa da equipe. Quer que eu chame? Responda *sim*."
        return reply(text, offers_person=True)
    return reply(
        f"Cadastro pedido, protocolo *{result.service_request_id}*. O time comercial chama você por aqui. "
        "Deixe à mão o alvará sanitário, a AFE da Anvisa e o CRF do responsável técnico."
    )


FLOW = Flow(
    name="registration_new",
    serves=("registration_new",),
    title="o seu cadastro",
    specialist="sales",
    account=False,
    slots=(CNPJ, NAME, CITY),
    writes=(Write(request_registration),),
    run=run,
    done=done,
)
