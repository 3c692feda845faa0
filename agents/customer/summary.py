"""What a person reads first when a conversation is handed over."""

from agents.engine.turn import Turn
from agents.identity import Identity
from agents.wording import listed
from schemas.records.conversations import InboundMessage

_LONGEST_QUOTE = 300
_WHY = {
    "asked_for_person": "pediu para falar com uma pessoa",
    "not_understood": "escreveu e não foi entendido duas vezes seguidas",
    "not_allowed": "pediu algo que o assistente não pode informar",
    "failure": "não pôde ser atendido por uma falha",
}


def summary(turn: Turn, identity: Identity, message: InboundMessage) -> str:
    """Who, why, the last words, and what was spoken of; in Portuguese."""
    assert turn.escalate is not None
    who = identity.name or message["contact_name"] or "Contato desconhecido"
    of = f" ({identity.pharmacy})" if identity.pharmacy else " (número sem cadastro)"
    parts = [f"{who}{of} {_WHY[turn.escalate.reason]}."]
    if words := " ".join((message["text"] or "").split()):
        parts.append(f"Última mensagem: “{words[:_LONGEST_QUOTE]}{'…' if len(words) > _LONGEST_QUOTE else ''}”.")
    before = turn.seen["memory"]
    if before["orders"]:
        parts.append(f"Pedidos consultados antes: {listed(before['orders'])}.")
    if before["last_flow"]:
        parts.append(f"Assunto anterior: {before['last_flow']}.")
    return " ".join(parts)
