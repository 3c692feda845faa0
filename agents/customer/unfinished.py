"""Whether more is likely to follow a message at once: a greeting alone, or a sentence that breaks off. Pure."""

import re

from agents.understanding.normalise import fold

_GREETING = re.compile(
    r"(?:(?:oi+e?|ola|opa|e ?a[ie]|alo|bom dia|boa tarde|boa noite|tudo (?:bem|bom|certo)|td (?:bem|bom)|blz|beleza|"
    r"como vai|pessoal|gente|amig[oa]|querid[oa]|moc[oa]|por favor|pfv|com licenca)[\s!.,?]*)+"
)
_OPENING = re.compile(
    r"(?:.*[\s,.])?(?:e o seguinte|queria saber|gostaria de saber|preciso saber|preciso de|queria ver|uma duvida|"
    r"tenho uma duvida|deixa eu ver|deixa eu te falar|me diz uma coisa|seguinte|entao|sobre|de|do|da|dos|das|o|a|os|as|"
    r"um|uma|e|ou|com|para|pra|pro|por|que|se|no|na|em|mas|meu|minha|mais|qual|quanto)[\s.…:,]*"
)
_TRAILS_OFF = re.compile(r".*(?:\.\.\.|…|,|:)\s*")
_DIGITS = re.compile(r"\d")
_SHORT = 60


def unfinished(text: str) -> bool:
    """``False`` for whatever may be a whole question or an answer to ours: nobody waits for nothing."""
    folded = fold(text).strip()
    if not folded or len(folded) > _SHORT or "\n" in folded:
        return False
    if _GREETING.fullmatch(folded):
        return True
    if "?" in folded or _DIGITS.search(folded):
        return False
    return len(folded.split()) > 1 and bool(_OPENING.fullmatch(folded) or _TRAILS_OFF.fullmatch(folded))
