"""Changes of the registration: taken down here, made by a person who checks the documents."""

import re

from agents.flows.flow import Answer, Ask, Flow, Slot, Write, confirm, question, reply
from agents.saying import is_yes
from agents.tools.permitted import Permitted
from agents.tools.requests import request_registration_update
from agents.understanding.normalise import fold
from schemas.identifiers import is_cnpj, written_cnpj
from store.outcomes import Refused
from store.service_requests import RegistrationField, ServiceRequested

_FIELDS: tuple[tuple[RegistrationField, str, re.Pattern[str]], ...] = (
    ("licence", "a licença", re.compile(r"alvara|licenca|\bafe\b|\bcrf\b|sanitari|autorizac|documento")),
    ("legal_name", "a razão social", re.compile(r"razao social")),
    ("trade_name", "o nome fantasia", re.compile(r"nome fantasia|nome da (?:farmacia|loja|drogaria)")),
    ("address", "o endereço", re.compile(r"enderec|\brua\b|\bcep\b|avenida")),
    ("phone", "o telefone", re.compile(r"telefone|celular|whats|zap|numero")),
    ("email", "o e-mail", re.compile(r"e-?mail")),
    ("contact", "o responsável", re.compile(r"responsavel|contato|socio|comprador|farmaceutic")),
    ("cnpj", "o CNPJ", re.compile(r"cnpj")),
)
_MOVED = re.compile(r"\b(?:mudamos|mudei)\b")
"""Who says no more than that they moved means the address."""
_TITLES = {field: title for field, title, _ in _FIELDS} | {"other": "o cadastro"}
_PAPERS = {"licence", "legal_name", "cnpj", "address"}
VALUE = Slot(
    name="value",
    question="Qual é o dado novo?",
    read=lambda entities, text: [] if is_yes(fold(text)) else [text],
    required=False,
    free=True,
)
_SAID: dict[RegistrationField, re.Pattern[str]] = {
    "phone": re.compile(r"(?:\+?55\s?)?\(?\d{2}\)?\s?9?\s?\d{4}[-\s]?\d{4}"),
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
}
"""What of these stands in a message needs no question."""


def field_of(text: str) -> RegistrationField:
    """Which part of the registration the words are about."""
    folded = fold(text)
    moved: RegistrationField = "address" if _MOVED.search(folded) else "other"
    return next((field for field, _, words in _FIELDS if words.search(folded)), moved)


async def run(ask: Ask, use: Permitted) -> Answer:
    """Asks for the new value, shows it, and requests it after a yes."""
    field: RegistrationField = ask.slots.get("field") or field_of(ask.text)
    value = ask.slots.get("value")
    if field == "cnpj" and value is None and ask.entities.cnpjs:
        value = ask.entities.cnpjs[0]
    if value is None and field in _SAID and (said := _SAID[field].search(ask.text)):
        value = said[0].strip()
    if value is None:
        asked = f"Certo, vamos atualizar {_TITLES[field]}. Me mande o dado novo, como deve ficar."
        return question(asked, slot="value", slots={"field": field})
    if field == "cnpj":
        found = next((cnpj for cnpj in ask.entities.cnpjs if is_cnpj(cnpj)), None)
        if found is None:
            text = "Esse CNPJ não confere: o dígito verificador está errado. Pode mandar de novo?"
            return question(text, slot="value", slots={"field": field})
        value = written_cnpj(found)
    papers = "\nA equipe vai pedir o documento para conferir." if field in _PAPERS else ""
    text = f"Peço para mudar {_TITLES[field]} da farmácia para:\n“{value[:300]}”{papers}\nConfirma? Responda *sim*."
    return confirm(text, request_registration_update, field, value[:1000])


async def done(ask: Ask, use: Permitted, result: ServiceRequested | Refused) -> Answer:
    """Words what became of it."""
    if isinstance(result, Refused):
        return reply("Esse dado não pôde ser aceito. Quer uma pessoa? Responda *sim*.", offers_person=True)
    state = "já estava aberto" if result.again else "aberto"
    return reply(
        f"Pedido de atualização {state}, protocolo *{result.service_request_id}*. "
        "A equipe confere e avisa por aqui; até lá vale o cadastro atual."
    )


FLOW = Flow(
    name="registration_update",
    serves=("registration_update",),
    title="a atualização do cadastro",
    slots=(VALUE,),
    writes=(Write(request_registration_update),),
    run=run,
    done=done,
)
