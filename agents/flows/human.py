"""Hands the conversation to a person."""

from agents.flows.flow import Answer, Ask, Escalate, Flow
from agents.tools.permitted import Permitted

TEXT = (
    "Certo! Chamei uma pessoa da nossa equipe, que continua esta conversa por aqui mesmo. "
    "Até lá eu fico em silêncio, e o que você escrever fica registrado para ela."
)


async def run(ask: Ask, use: Permitted) -> Answer:
    """Escalates at once, without asking why."""
    return Answer(TEXT, "escalated", escalate=Escalate("asked_for_person"))


FLOW = Flow(name="human", serves=("human",), specialist="person", account=False, run=run)
