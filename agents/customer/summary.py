"""What a person reads first when a conversation is handed over. Identifiers of people are taken out of quoted words."""

from typing import Any

import orjson

from agents.engine.turn import Turn
from agents.identity import Identity
from agents.wording import listed
from runtime.text.redaction import redact
from schemas.records.conversations import InboundMessage

_LONGEST_QUOTE = 300
_LONGEST_FACTS = 8000
_WHY = {
    "anger": "está irritado com o atendimento",
    "asked_for_person": "pediu para falar com uma pessoa",
    "failure": "não pôde ser atendido por uma falha",
    "health_risk": "relatou um possível risco à saúde",
    "legal": "mencionou medidas legais",
    "money": "trata de um valor acima do que o assistente pode resolver",
    "not_allowed": "pediu algo que o assistente não pode informar",
    "not_understood": "escreveu e não foi entendido duas vezes seguidas",
    "repeated_failure": "não pôde ser atendido por falhas seguidas",
    "vip": "é de uma farmácia acompanhada de perto e não foi atendido",
}


def summary(turn: Turn, identity: Identity, message: InboundMessage) -> str:
    """Who, why, the last words, and what was spoken of; in Portuguese."""
    assert turn.escalate is not None
    who = identity.name or message["contact_name"] or "Contato desconhecido"
    of = f" ({identity.pharmacy})" if identity.pharmacy else " (número sem cadastro)"
    parts = [f"{who}{of} {_WHY[turn.escalate.reason]}."]
    if words := _quoted(message["text"] or ""):
        parts.append(f"Última mensagem: {words}.")
    before = turn.seen["memory"]
    if before["orders"]:
        parts.append(f"Pedidos consultados antes: {listed(before['orders'])}.")
    if before["last_flow"]:
        parts.append(f"Assunto anterior: {before['last_flow']}.")
    return " ".join(parts)


def tried(turn: Turn) -> str:
    """What was said on both sides before, what was understood now, and what was looked up; in Portuguese."""
    lines = [
        f"{'Contato' if said['by'] == 'contact' else 'Assistente'}: {_quoted(said['text'])}"
        for said in turn.seen["memory"]["window"]
    ]
    lines += [
        f"Entendido agora: {', '.join(each['names']) or each['flow']} ({each['confidence']:.0%})"
        for each in turn.seen["requests"]
    ]
    lines += [f"Consultado: {call['tool']}{'' if 'gave' in call else ', sem resposta'}" for call in turn.seen["calls"]]
    return "\n".join(lines)


def facts(turn: Turn, identity: Identity) -> str:
    """What the answers stood on and what is remembered of the pharmacy, as JSON."""
    told: dict[str, Any] = {
        "pharmacy_id": identity.pharmacy_id,
        "answers": turn.seen["facts"],
        "known": turn.seen["known"],
        "entities": turn.understood.entities.as_dict() if turn.understood else {},
    }
    written = redact(orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()).text
    return written if len(written) <= _LONGEST_FACTS else orjson.dumps({"pharmacy_id": identity.pharmacy_id}).decode()


def _quoted(text: str) -> str:
    words = " ".join(redact(text).text.split())
    return f"“{words[:_LONGEST_QUOTE]}{'…' if len(words) > _LONGEST_QUOTE else ''}”" if words else ""
