"""What a message asks that nobody here may give: another pharmacy's data, or what the law forbids. Pure."""

import re

from agents.identity import Identity
from agents.understanding.normalise import fold

OTHERS = (
    "Por segurança, só mostro dados da farmácia ligada a este número de WhatsApp: nunca os de outra farmácia, cliente "
    "ou contato. Sobre a sua, posso ajudar: é só dizer o que precisa."
)
PRESCRIPTION = (
    "Com isso não posso ajudar: medicamento sujeito a prescrição só é dispensado com receita, retida quando a lei "
    "manda (Lei 5.991/1973; Portaria SVS/MS 344/1998), e só vendemos a farmácias, sempre com nota fiscal. Para repor o "
    "estoque da sua farmácia, mande o produto e a quantidade."
)
_OTHERS = re.compile(
    r"\b(?:outras? (?:farmacias?|drogarias?|lojas? de outro dono)|todas as (?:farmacias|drogarias)|otras farmacias|"
    r"(?:farmacia|drogaria) (?:concorrente|vizinha|do lado|da esquina)|(?:drogaria|farmacia)s? vizinhas?|"
    r"quais (?:as )?(?:farmacias|drogarias)|todos os (?:contatos|clientes|usuarios)|todas as contas|"
    r"other pharmac(?:y|ies)|pharmacy_id)\b"
)
_ABOUT = re.compile(
    r"\b(?:pedid\w+|compr\w+|preco\w*|limite|boletos?|notas?|dados|cnpj|telefone|historico|quanto|whats\w*|contatos?|"
    r"nomes?|registros?|vend\w+|relatorios?|orders?|history|pag\w+)\b"
)
_NAMED = re.compile(
    r"\b(?:pedidos?|compras|boletos?|notas?|limite|dados|telefone|cnpj|historico) (?:da|de|do) "
    r"(?:farmacia|drogaria|drogarias) (?P<name>[a-z]\w*(?: [a-z]\w*){0,3})"
)
_ORDER = re.compile(r"\b\d{8}\b")
_WITHOUT = r"\bsem (?:a |o |ter |reter (?:a )?|pedir (?:a )?|precisar de |retencao d[ae] )?receita"
_WANTS = (
    r"\b(?:quero|queria|preciso|vend[ae]r?|comprar|compro|consigo|consegue\w*|arruma\w*|mand[ae]|pedir|passa|libera)\b"
)
_ASKS_WHETHER = re.compile(r"\b(?:precisa|pode ser vendid\w+|e vendid\w+|se vende|vende-se)\b")
_FORBIDDEN = re.compile(
    rf"{_WANTS}.*{_WITHOUT}|{_WITHOUT}.*{_WANTS}|{_WANTS}.*\bnao tenho (?:a )?receita|"
    r"\bfalsific\w*\b.*\breceita|\breceitas? (?:falsas?|frias?)\b|"
    rf"{_WANTS}.*\bsem (?:emitir )?(?:nota fiscal|nota|nf)\b|\bpra fazer lean\b"
)


def barred(text: str, identity: Identity) -> str | None:
    """What is said instead of an answer; ``None`` for a message that asks for nothing of the kind.

    Who names an order is answered by its number: another's is not found.
    """
    folded = " ".join(fold(text).split())
    if _FORBIDDEN.search(folded) and not _ASKS_WHETHER.search(folded):
        return PRESCRIPTION
    if _ORDER.search(folded):
        return None
    if _OTHERS.search(folded) and _ABOUT.search(folded):
        return OTHERS
    if (found := _NAMED.search(folded)) and not _is_own(found["name"], identity):
        return OTHERS
    return None


def _is_own(name: str, identity: Identity) -> bool:
    """Whether the name is the contact's own pharmacy's, or so short that it says nothing."""
    known = set(fold(identity.pharmacy or "").split())
    said = [word for word in name.split() if len(word) > 3]
    return not said or bool(known & set(said)) or said[0] in _NO_NAMES


_NO_NAMES = frozenset(
    {"aqui", "minha", "nossa", "matriz", "filial", "mesma", "para", "esta", "essa", "ainda", "porque"}
)
