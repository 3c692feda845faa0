"""What the contact thinks of the service: a score kept with the conversation, or thanks for the words."""

import re

from agents.flows.flow import Answer, Ask, Flow, reply
from agents.tools.permitted import Permitted
from agents.understanding.normalise import fold

_OF_FIVE = re.compile(r"estrela|de 5\b|de cinco|/ ?5\b")
_LOW = 2


def stars(score: int, text: str) -> int:
    """A score as 1 to 5: of 5 when the words say so, else of 10, halves rounded up; 0 counts as 1."""
    if _OF_FIVE.search(fold(text)):
        return min(max(score, 1), 5)
    return min(max(-(-score // 2), 1), 5)


async def run(ask: Ask, use: Permitted) -> Answer:
    """Keeps the first score named; a low one offers a person."""
    if not ask.entities.scores:
        return reply("Obrigado por dizer! Sua opinião ficou registrada nesta conversa.")
    rating = stars(ask.entities.scores[0], ask.text)
    if rating <= _LOW:
        text = (
            "Obrigado pela sinceridade; anotei a sua nota. "
            "Quer que eu chame uma pessoa da equipe para resolver o que ficou ruim? Responda *sim*."
        )
        return reply(text, rating=rating, offers_person=True)
    return reply("Obrigado pela nota! Ela ficou registrada nesta conversa.", rating=rating)


FLOW = Flow(name="rating", serves=("rating",), account=False, run=run)
