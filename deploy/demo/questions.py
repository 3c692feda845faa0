"""What the demo's pharmacies write, in turn."""

from collections import deque
from collections.abc import Iterator, Sequence

QUESTIONS = (
    "bom dia",
    "cadê meu pedido?",
    "tem dipirona 500 mg?",
    "quanto custa losartana 50 mg?",
    "meu último pedido já saiu?",
    "vcs tem amoxicilina em estoque?",
    "qual o preço da dipirona?",
)
FOR_A_PERSON = "quero falar com uma pessoa"
_ESCALATES = 5


def exchanges(contacts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Contacts and questions until nobody is left who would be answered.

    Every fifth contact ends by asking for a person and does not come back: the agent is silent while a person has the
    conversation.
    """
    waiting = deque(contacts)
    turn = 0
    while waiting:
        contact = waiting.popleft()
        turn += 1
        for question in QUESTIONS:
            yield contact, question
        if turn % _ESCALATES == 0:
            yield contact, FOR_A_PERSON
        else:
            waiting.append(contact)
