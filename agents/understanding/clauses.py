"""Cuts a message into what it asks one after the other, and lays its courtesies aside."""

import re

_QUESTION = (
    r"(?:quanto|quantas|quantos|qual|quais|quando|onde|cade|tem|por quanto|preco|valor|como|se nao|queria|quero)"
)
_CUT = re.compile(
    rf"[?!;\n]+|\.+(?=\s|$)|,?\s+(?:e|e tambem|tambem)\s+(?=(?:o |a |os |as |qual o )?{_QUESTION}\b)"
    rf"|,\s*(?={_QUESTION}\b)"
)
_HELLO = re.compile(
    r"^(?:(?:o+i+e*|ol+a+|opa+|ei|alo+|hey|prezad[oa]s?|tudo (?:bem|bom|joia|certo)|td (?:bem|bom)"
    r"|bo[am] (?:dia+|tarde|noite+)|e ai|fala ai|por favor|por gentileza|pfv|moc[oa]|amig[oa]|querid[oa]|gente|pessoal"
    r"|meu povo|meu bem|rapaz|ent[ao]+o?"
    r"|com voces?|equipe|linda|senhora?)(?:\b|$)[\s,!.?…]*)+"
)
MAX_CLAUSES = 6


def split(folded: str) -> list[str]:
    """The message's clauses in order, at most ``MAX_CLAUSES``, courtesies at their start taken off; may be empty."""
    found = []
    for piece in _CUT.split(folded):
        bare = strip_hello(piece)
        if bare:
            found.append(bare)
    return found[:MAX_CLAUSES]


def strip_hello(folded: str) -> str:
    """The text without the greetings and courtesies it starts with."""
    return _HELLO.sub("", folded.strip(" ,.!?…-")).strip(" ,.!?…-")
