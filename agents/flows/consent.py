"""Stop and resume messages: done at once, in one message (LGPD, Lei 13.709/2018, art. 8, par. 5).

Who takes consent back is still answered when he asks: that is what he wants, not what we want. Consent is given in
words that say so (art. 5, XII), and for one's own number alone.
"""

import re
from typing import Literal

from agents.flows.flow import Answer, Ask, Flow, Write, reply
from agents.tools.permitted import Permitted
from agents.tools.requests import set_consent
from agents.understanding.normalise import fold
from store.outcomes import Refused

_OUT = (
    "Pronto: não envio mais avisos nem ofertas para este número. Se você escrever, respondo normalmente. "
    "Para voltar a receber, mande *quero receber mensagens*."
)
_IN = "Pronto: você volta a receber avisos de pedidos e ofertas por aqui. Para parar, mande *parar mensagens*."
_STRANGER = "Este número não está no cadastro de nenhuma farmácia, então não enviamos avisos nem ofertas para ele."


_ANOTHER = re.compile(r"\d{10,13}|\bcontato \d+|\boutr[oa] (?:numero|contato|telefone|celular)\b")
_OWN_ONLY = "Só posso mudar as mensagens deste número: quem usa o outro precisa pedir por ele mesmo."
_WANTS = re.compile(r"receb|mensag|avis|ofert|promo|inscrev|volt|notific|assin|reativ|opt|comunic|novidad|mand|contat")
_SAY_SO = (
    "Quer voltar a receber avisos de pedidos e ofertas por aqui? Para eu ter a sua autorização, mande "
    "*quero receber mensagens*."
)


async def _change(ask: Ask, use: Permitted, consent: Literal["granted", "revoked"]) -> Answer:
    if _ANOTHER.search(fold(ask.text)):
        return reply(_OWN_ONLY, outcome="refused")
    if consent == "granted" and not _WANTS.search(fold(ask.text)):
        return reply(_SAY_SO, outcome="asked")
    if ask.identity.contact_id is None or ask.identity.pharmacy_id is None:
        return reply(_STRANGER)
    result = await use(set_consent, consent)
    if isinstance(result, Refused):
        return reply(_STRANGER)
    done = _OUT if consent == "revoked" else _IN
    if result.changed:
        return reply(done)
    again = done.removeprefix("Pronto: ")
    return reply(f"Já estava assim: {again}")


async def stop(ask: Ask, use: Permitted) -> Answer:
    """Takes the consent back."""
    return await _change(ask, use, "revoked")


async def resume(ask: Ask, use: Permitted) -> Answer:
    """Gives it again."""
    return await _change(ask, use, "granted")


_WRITES = (Write(set_consent, confirmed=False),)
OPT_OUT = Flow(name="opt_out", serves=("opt_out",), account=False, writes=_WRITES, run=stop)
OPT_IN = Flow(name="opt_in", serves=("opt_in",), account=False, writes=_WRITES, run=resume)
