"""What a few words say by themselves: yes, no, a bare number, who are you, a person please. Pure; words are folded."""

import re

from agents.understanding.normalise import fold

_YES = (
    r"(?:sim+|s|ss|claro|quero|pode|pode ser|pode sim|por favor|isso|isso mesmo|isso ai|ok|okay|aceito|manda|bora|"
    r"positivo|com certeza|confirmo|confirmado|confirma|confirmar|pode confirmar|pode fechar|pode enviar|pode mandar|"
    r"pode registrar|pode abrir|fechado|fecha|correto|certo|exato|exatamente|perfeito|uhum|aham|"
    r"sim,? (?:por favor|quero|pode|obrigad[oa]|confirmo|pode confirmar)|pode chamar|chama|quero sim|beleza|blz)"
)
_NO = (
    r"(?:n|nao+|nn|no|agora nao|nao precisa|nao quero|nao quero mais|deixa|deixa (?:pra|para) la|deixa quieto|"
    r"deixa assim|deixa como esta|esquece|desisto|desisti|cancela|cancela isso|nao confirmo|negativo|claro que nao|"
    r"de jeito nenhum|nem pensar|jamais|melhor nao|acho que nao|nao,? (?:obrigad[oa]|valeu)|nada|nada nao|nops?|"
    r"nao (?:faz|faca|envia|envie|manda|mande|fecha|feche|registra|abre)(?: isso| ainda| nao)?)"
)
ALL_YES = re.compile(rf"{_YES}(?:[\s,.!]+{_YES})*[\s!.,]*")
YES_FIRST = re.compile(rf"{_YES}[\s]*[,.!;]+\s*(?P<rest>.+)", re.DOTALL)
ALL_NO = re.compile(rf"{_NO}(?:[\s,.!]+{_NO})*[\s!.,]*")
DOES_CANCEL = re.compile(
    r"(?:sim,? |isso,? |pode |quero )*cancela(?:r|do)?(?: sim| ele| esse| mesmo| por favor)*[\s!.]*"
)
"""The yes to a cancellation that sounds like a no to anything else."""
BARE_NUMBER = re.compile(r"\d{1,5}[\s!.]*")
BARE_ORDER = re.compile(r"(?:(?:e|eh|o|a|do|da|no|pedido|numero|n) )*\d{8}[\s!.?]*")
WHO_ARE_YOU = re.compile(
    r"(?:(?:oi|ola|mas|entao|e|ei|desculpa|me diz|fala serio)[\s,!]+)*(?:"
    r"(?:(?:vc|voce|vcs|voces|isso|isso aqui|aqui|tu) )?(?:e|eh|sao|es) (?:so |mesmo )?(?:um |uma |o |a )?"
    r"(?:robos?|bots?|ia|i\.a\.?|maquinas?|humanos?|gente|pessoas?|gpt|chat ?gpt|chat ?bots?|alguem|"
    r"inteligencia artificial|atendentes? virtual|atendimento (?:automatico|virtual)|"
    r"pessoa de verdade|gente de verdade)"
    r"(?: (?:ou|ne) .{0,25})?|(?:to|tou|estou|eu) (?:falando|conversando) com (?:um |uma |a )?"
    r"(?:robo|bot|ia|maquina|humano|gente|pessoa|gpt|chat ?gpt)(?: ou .{0,25})?|"
    r"quem (?:e|eh) (?:vc|voce)|(?:qual|como) (?:e |eh )?(?:o )?(?:seu|teu) nome|como (?:vc|voce) se chama|"
    r"quem (?:ta|esta) (?:falando|ai|respondendo)|are you (?:a |an )?(?:bot|robot|human|ai|real|person)"
    r")[\s?!.]*"
)
A_PERSON_PLEASE = re.compile(
    r"\b(?:(?:talk|speak|chat) (?:to|with) (?:a |an |some)?(?:one|body|person|human|agent|"
    r"representative|operator|manager)"
    r"|(?:hablar|comunicarme) con (?:una |un |alguna )?(?:persona|humano|agente|alguien|asesor|operador)"
    r"|(?:real|human) (?:person|agent|being))\b"
)
"""The wish for a person in English or Spanish."""


def is_yes(folded: str) -> bool:
    """Whether the words are a yes and nothing else."""
    return bool(ALL_YES.fullmatch(folded.strip()))


def denied(name: str, text: str) -> bool:
    """Whether the text says that this is not what is meant: "não foi insulina", "captopril não". Neither is folded."""
    named = re.escape(fold(name).strip())
    verb = r"(?:(?:foi|era|eram|e|eh|sao|quero|quis|pedi|falei)(?: dizer)? )?(?:(?:o|a|os|as|um|uma) )?"
    before = rf"\bnao {verb}{named}\b(?! nao)"
    return bool(name) and bool(re.search(rf"{before}|\b{named},? nao\b(?=\s*[,.!]|\s*$)", fold(text)))
