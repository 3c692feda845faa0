"""Hands the conversation to a person."""

from agents.flows.flow import Answer, Ask, Escalate, Flow
from agents.tools import Tools

TEXT = (
    "Certo! Chamei uma pessoa da nossa equipe, que continua esta conversa por aqui mesmo. "
    "Até lá eu fico em silêncio, e o que você escrever fica registrado para ela."
)


async def run(ask: Ask, allowed: Tools) -> Answer:
    """Escalates at once, without asking why."""
    return Answer(TEXT, "escalated", ask.memory.next_turn(), escalate=Escalate("asked_for_person"))


FLOW = Flow(name="human", serves=("human",), account=False, run=run)
