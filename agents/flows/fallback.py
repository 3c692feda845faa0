"""When nothing above answers: what no flow serves, words not understood, a file instead of words."""

from agents import unlawful
from agents.flows.flow import Answer, Ask, Escalate, Flow
from agents.flows.small_talk import ABLE
from agents.tools.permitted import Permitted

_OFFER = "Quer que eu chame uma pessoa da equipe? Responda *sim*."


async def offer_person(ask: Ask, use: Permitted) -> Answer:
    """Says that a person resolves it, and offers one: for a name that no flow serves."""
    return Answer(f"Sobre isso, quem resolve é a nossa equipe. {_OFFER}", "asked", offers_person=True)


async def not_understood(ask: Ask, use: Permitted) -> Answer:
    """Says so and what can be asked; the second time in a row a person takes over."""
    if ask.memory.misses:
        text = "Ainda não consegui entender, desculpe. Chamei uma pessoa da equipe, que continua por aqui."
        return Answer(text, "escalated", escalate=Escalate("not_understood"))
    text = (
        f"Desculpe, não entendi. Posso {ABLE}. Por exemplo:\n"
        "• “Onde está meu último pedido?”\n• “Quanto custa a dipirona 500 mg?”\n• “Quero 20 losartana 50 mg”\n"
        "Ou peça um *atendente*."
    )
    return Answer(text, "asked")


async def unclear(ask: Ask, use: Permitted) -> Answer:
    """Words that answer our question in no way we understand: says so; the question follows. The third time a person
    takes over."""
    if ask.memory.misses > 1:
        text = "Não consegui entender, desculpe. Chamei uma pessoa da equipe, que continua por aqui."
        return Answer(text, "escalated", escalate=Escalate("not_understood"))
    top = ask.memory.top
    if top is not None and top.pending is not None:
        return Answer("Não entendi se é para seguir: responda *sim* ou *não*, ou diga o que mudar.", "asked")
    return Answer("Desculpe, não entendi. Se preferir uma pessoa, peça um *atendente*.", "asked")


async def barred(ask: Ask, use: Permitted) -> Answer:
    """Says what nobody here may give."""
    return Answer(unlawful.barred(ask.text, ask.identity) or unlawful.OTHERS, "refused", seen={"barred": True})


async def who_we_are(ask: Ask, use: Permitted) -> Answer:
    """Says what answers: no person, and how to reach one."""
    text = (
        "Sou o assistente automático do Balcão, um programa, não uma pessoa. "
        f"Posso {ABLE}. Se preferir falar com uma pessoa, peça um *atendente*."
    )
    return Answer(text)


async def only_words(ask: Ask, use: Permitted) -> Answer:
    """A file that nobody could read: says so, so that nobody waits for an answer to it."""
    if "image" in ask.unread:
        text = "Recebi a imagem, mas nela só consigo ler código de barras, e não encontrei um legível. "
    else:
        text = "Recebi seu arquivo, mas por aqui só entendo mensagens escritas. "
        if "audio" in ask.unread:
            text = "Recebi seu áudio, mas não consegui ouvir: por enquanto só entendo mensagens escritas. "
    return Answer(text + "Pode me contar por texto? Se preferir, peça um *atendente*.", "asked")


async def no_person(ask: Ask, use: Permitted) -> Answer:
    """The person offered is not wanted."""
    return Answer("Tudo bem! Se mudar de ideia, é só pedir *atendente*.")


NOT_OFFERED = Flow(name="offer_person", serves=(), account=False, run=offer_person)
NOT_UNDERSTOOD = Flow(name="not_understood", serves=(), account=False, run=not_understood)
UNCLEAR = Flow(name="unclear", serves=(), account=False, run=unclear)
BARRED = Flow(name="barred", serves=(), account=False, run=barred)
WHO_WE_ARE = Flow(name="who_we_are", serves=(), account=False, run=who_we_are)
ONLY_WORDS = Flow(name="only_words", serves=(), account=False, run=only_words)
NO_PERSON = Flow(name="no_person", serves=(), account=False, run=no_person)
