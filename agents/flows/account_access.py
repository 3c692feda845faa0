"""Trouble with signing in. Passwords and codes are never asked for, and never repeated."""

import re

from agents.flows.flow import Answer, Ask, Flow, Write, confirm, reply
from agents.tools.permitted import Permitted
from agents.tools.requests import request_access_help
from agents.understanding.normalise import fold
from store.outcomes import Refused
from store.service_requests import AccessKind, ServiceRequested

_KINDS: tuple[tuple[AccessKind, re.Pattern[str]], ...] = (
    ("code", re.compile(r"codigo|sms|token|verificacao|dois fatores")),
    ("password", re.compile(r"senha|esqueci")),
    ("blocked", re.compile(r"bloque|travad|suspens")),
    ("user", re.compile(r"usuario|login|e-?mail|cadastr")),
)
_HELP: dict[AccessKind, str] = {
    "password": "Na tela de entrada, *Esqueci minha senha* manda um link para o e-mail do cadastro (vale 30 minutos).",
    "code": "O código vai para o celular do cadastro e vale 10 minutos; confira o sinal e peça *Reenviar código*.",
    "blocked": "Depois de 5 tentativas erradas o acesso trava por 30 minutos.",
    "user": "O usuário é o e-mail do cadastro da farmácia.",
    "other": "Vamos destravar o seu acesso.",
}
_NEVER = "Nunca mande senha ou código por aqui: ninguém do Balcão pede."


def kind_of(text: str) -> AccessKind:
    """Which trouble the words tell of."""
    folded = fold(text)
    return next((kind for kind, words in _KINDS if words.search(folded)), "other")


async def run(ask: Ask, use: Permitted) -> Answer:
    """What can be done alone, and a request for help after a yes. The words may hold a secret: they are not kept."""
    kind = kind_of(ask.text)
    text = f"{_HELP[kind]}\n{_NEVER}\nSe não resolver, peço para o suporte falar com você? Responda *sim*."
    return confirm(text, request_access_help, kind, f"pediu ajuda pelo WhatsApp: {kind}")


async def done(ask: Ask, use: Permitted, result: ServiceRequested | Refused) -> Answer:
    """Words what became of it."""
    if isinstance(result, Refused):
        return reply("Não consegui abrir o pedido de ajuda. Quer uma pessoa? Responda *sim*.", offers_person=True)
    state = "já estava aberto" if result.again else "aberto"
    return reply(f"Pedido de ajuda {state}, protocolo *{result.service_request_id}*. O suporte chama você por aqui.")


FLOW = Flow(
    name="account_access",
    serves=("account_access",),
    title="o acesso à conta",
    writes=(Write(request_access_help),),
    run=run,
    done=done,
)
