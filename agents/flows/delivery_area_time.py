"""Who delivers to a city or state, in how many working days and on which; without one named, to the pharmacy."""

from collections.abc import Sequence

from agents.flows.flow import Answer, Ask, Flow, Slot, reply
from agents.ordering.home import home
from agents.ordering.summary import days
from agents.tools import ordering, terms
from agents.tools.permitted import Permitted
from agents.understanding.places import STATES, city_length
from agents.wording import count, listed, money
from runtime.text.folding import fold
from runtime.text.folding import tokens as text_tokens
from store.terms import City, DeliveryArea

CITIES = Slot(
    name="city",
    question="Para qual cidade?",
    read=lambda entities, text: entities.cities,
    required=False,
    many=True,
    called="cidade",
)
_MOST_PLACES = 3
_MOST = 5
_TO = frozenset({"pra", "para", "em", "no", "na", "ate", "pro", "a"})
_NO_STATES = frozenset({"se", "to", "pa"})
"""Codes of states that are words of everyday Portuguese, or of haste."""
_DAYS = ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")
_STATES = {
    "acre": "AC", "alagoas": "AL", "amapa": "AP", "amazonas": "AM", "bahia": "BA", "ceara": "CE",
    "distrito federal": "DF", "espirito santo": "ES", "goias": "GO", "maranhao": "MA", "mato grosso": "MT",
    "mato grosso do sul": "MS", "minas gerais": "MG", "minas": "MG", "para": "PA", "paraiba": "PB", "parana": "PR",
    "pernambuco": "PE", "piaui": "PI", "rio de janeiro": "RJ", "rio grande do norte": "RN",
    "rio grande do sul": "RS", "rondonia": "RO", "roraima": "RR",
    "santa catarina": "SC", "sao paulo": "SP", "sergipe": "SE", "tocantins": "TO",
}  # fmt: skip


async def run(ask: Ask, use: Permitted) -> Answer:
    """A short list for each place; a city that is nowhere in our books is said, not guessed."""
    names: Sequence[str] = (ask.slots.get("city") or _written(ask.text))[:_MOST_PLACES]
    if not names:
        state, city = await home(ask, use)
        return reply(await _told(use, state, city))
    known = await use(terms.cities)
    parts = []
    for name in names:
        places = _places(name, known)
        parts += [await _told(use, state, city) for state, city in places]
        if not places:
            parts.append(
                f"Não encontrei “{name}” entre as cidades que conheço. Me diga o estado, que eu vejo quem entrega lá."
            )
    return reply("\n\n".join(parts))


def _written(text: str) -> list[str]:
    """The city or state that the words say goods should go to, whether or not it was understood as one."""
    words = text_tokens(text)
    for at, word in enumerate(words[:-1]):
        if word not in _TO:
            continue
        rest = words[at + 1 : at + 5]
        if length := city_length(rest, 0):
            return [" ".join(rest[:length])]
        for size in (4, 3, 2, 1):
            name = " ".join(rest[:size])
            if name in _STATES or (size == 1 and name in STATES and name not in _NO_STATES):
                return [name]
    return []


def _places(name: str, known: Sequence[City]) -> list[tuple[str, str | None]]:
    """Cities of that name, in every state that has one; else the state of that name."""
    words = fold(name)
    for city in known:
        words = words.removesuffix(f" {city.state.lower()}") if fold(city.name) in words else words
    states = {code.lower(): code for code in _STATES.values()}
    found: list[tuple[str, str | None]] = [(city.state, city.name) for city in known if fold(city.name) == words]
    state = _STATES.get(words) or states.get(words)
    return found[:_MOST_PLACES] or ([(state, None)] if state else [])


async def _told(use: Permitted, state: str, city: str | None) -> str:
    areas = await use(terms.delivery_areas, state, city)
    place = f"{city}/{state}" if city else state
    if not areas:
        return f"Hoje nenhum fornecedor entrega em {place}."
    lines = [f"Entregamos em *{place}*: {count(len(areas), 'fornecedor', 'fornecedores')}. Os mais rápidos:"]
    lines += [_line(area) for area in areas[:_MOST]]
    return "\n".join([*lines, "O prazo conta em dias úteis a partir da confirmação do pedido."])


def _line(area: DeliveryArea) -> str:
    freight = f"frete {money(area.freight)}" if area.freight else "frete grátis"
    return f"• *{area.supplier}*: {days(area.days_from, area.days_to)}, {weekdays(area.weekdays)}, {freight}"


def weekdays(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 4, 5]`` as ``"seg a sex"``, ``[1, 3]`` as ``"seg e qua"``."""
    ordered = sorted(numbers)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{_DAYS[ordered[0] - 1]} a {_DAYS[ordered[-1] - 1]}"
    return listed([_DAYS[number - 1] for number in ordered])


FLOW = Flow(
    name="delivery_area_time",
    serves=("delivery_area_time",),
    title="a entrega",
    specialist="sales",
    slots=(CITIES,),
    tools=(ordering.addresses, terms.cities, terms.delivery_areas),
    run=run,
)
