"""Questions about rules and how the marketplace works: without a source to cite nothing is claimed."""

from agents.flows.flow import Answer, Ask, Flow, reply
from agents.tools.permitted import Permitted

_TEXT = (
    "Essa é uma pergunta sobre as regras do Balcão, e eu só respondo o que consigo confirmar. "
    "Quer que eu chame uma pessoa da equipe para explicar? Responda *sim*."
)


async def run(ask: Ask, use: Permitted) -> Answer:
    """Abstains and offers a person."""
    return reply(_TEXT, outcome="asked", offers_person=True)


FLOW = Flow(name="knowledge", serves=("knowledge",), title="a sua pergunta", account=False, run=run)
