"""Greetings, thanks, and what lies outside of a pharmacy's business with us."""

from agents.flows.flow import Answer, Ask, Flow, reply
from agents.tools.permitted import Permitted
from agents.wording import first_name, hello

ABLE = "fazer e acompanhar *pedidos*, ver *preços* e *estoque*, *boletos* e *devoluções*"
INTRODUCTION = (
    f"Sou o assistente automático do Balcão: posso {ABLE}. Se preferir falar com uma pessoa, é só pedir *atendente*."
)


async def greet(ask: Ask, use: Permitted) -> Answer:
    """Says who answers, what it can do, and that a person can be asked for."""
    name = f", {first_name(ask.identity.name)}" if ask.identity.name else ""
    text = f"{hello(ask.now)}{name}! "
    text += "Como posso ajudar?" if ask.memory.introduced else f"{INTRODUCTION}\n\nComo posso ajudar?"
    return reply(text)


async def close(ask: Ask, use: Permitted) -> Answer:
    """Answers a thank-you."""
    return reply("Eu que agradeço! Precisando, é só chamar. 👋")


async def decline(ask: Ask, use: Permitted) -> Answer:
    """Declines what is not ours to answer: medical advice before all."""
    text = (
        "Isso foge do que posso responder por aqui. Dúvidas sobre o uso de medicamentos ficam com o farmacêutico ou o "
        f"médico. Eu posso {ABLE}."
    )
    return reply(text, outcome="refused")


GREETING = Flow(name="greeting", serves=("greeting",), account=False, run=greet)
THANKS = Flow(name="thanks_bye", serves=("thanks_bye",), account=False, run=close)
OUT_OF_SCOPE = Flow(name="out_of_scope", serves=("out_of_scope",), account=False, run=decline)
