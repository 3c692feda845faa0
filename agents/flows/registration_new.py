"""Somebody wants to become a customer: company, CNPJ and city are taken down, and a person of sales goes on."""

from agents.flows.flow import Answer, Ask, Flow, Slot, Write, confirm, question, reply
from agents.tools.permitted import Permitted
from agents.tools.requests import request_registration
from schemas.identifiers import is_cnpj, written_cnpj
from store.outcomes import Refused
from store.service_requests import ServiceRequested

CNPJ = Slot(
    name="cnpj",
    question="Que bom! Para começar: qual é o CNPJ da farmácia?",
    read=lambda entities, text: entities.cnpjs,
    called="cnpj",
)
NAME = Slot(name="name", question="Qual é o nome da farmácia?", read=lambda entities, text: [text], free=True)
CITY = Slot(name="city", question="Em que cidade e estado ela fica?", read=lambda entities, text: [text], free=True)


async def run(ask: Ask, use: Permitted) -> Answer:
    """Shows what will be asked for, once the CNPJ holds."""
    cnpj = str(ask.slots["cnpj"])
    if not is_cnpj(cnpj):
        kept = {name: value for name, value in ask.slots.items() if name != "cnpj"}
        return question("Esse CNPJ não confere. Pode mandar de novo, com os 14 caracteres?", slot="cnpj", slots=kept)
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
