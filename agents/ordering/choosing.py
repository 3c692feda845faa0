"""Which of several products a person means, and which one an answer picks. Pure."""

import re
from collections.abc import Sequence

from agents.matching import agrees, tablets_first
from agents.understanding.normalise import word_set
from agents.wording import money
from runtime.text.dosage import presentation_dosage, request_dosage
from runtime.text.folding import fold, tokens
from runtime.text.likeness import likeness
from store.addresses import Address
from store.availability import Offer, Product

MOST_CHOICES = 5
_INDEX = re.compile(
    r"(?:(?:a|o|quero|pode ser|opcao|numero|n|essa|esse) )*(\d{1,2}|primeir[ao]|segund[ao]|terceir[ao]|"
    r"quart[ao]|quint[ao]|ultim[ao])(?: (?:opcao|por favor|mesmo))*"
)
_ORDINALS = {"primeir": 1, "segund": 2, "terceir": 3, "quart": 4, "quint": 5}
_YES = re.compile(r"(?:sim|isso|isso mesmo|essa|esse|essa mesmo|essa mesma|esse mesmo|pode ser|pode|ok|quero|s|certo)")
CHEAPEST = re.compile(
    r"\b(?:mais barat[oa]s?|mais em conta|menor preco|melhor preco|tanto faz|qualquer (?:uma?|marca))\b"
)
_CATEGORIES = (
    (re.compile(r"\bgeneric[oa]s?\b"), "generic"),
    (re.compile(r"\b(?:referencia|original|etico)\b"), "reference"),
    (re.compile(r"\bsimilar(?:es)?\b"), "similar"),
)
_KINDS_OF_MAKERS = word_set(
    "farma laboratorio laboratorios biociencias farmaceutica quimica genericos pharma brasil medicamentos industria "
    "biofarma farmacos labs saude biotec"
)
_SURE = 0.9


def narrowed(words: str, products: Sequence[Product]) -> list[Product]:
    """The products without those that another maker or category than the words name makes; all when they name none."""
    kept = list(products)
    folded = fold(words)
    for pattern, category in _CATEGORIES:
        if pattern.search(folded):
            kept = [product for product in kept if product.category == category] or kept
    asked = [word for word in tokens(words) if word.isalpha() and len(word) > 2]
    made = [product for product in kept if any(_names_maker(word, product) for word in asked)]
    return made or kept


def alike(products: Sequence[Product]) -> bool:
    """Whether all have the same active ingredients, strength, content and form: then only the maker or pack differs."""
    return len({_kind(product) for product in products}) <= 1


def picked(text: str, products: Sequence[Product]) -> list[Product]:
    """The products that an answer to a numbered list means: one, a few, or none when it says nothing of them."""
    folded = fold(text)
    if index := _INDEX.fullmatch(folded):
        at = _number(index[1], len(products))
        if 1 <= at <= min(len(products), MOST_CHOICES):
            return [products[at - 1]]
    if len(products) == 1 and _YES.fullmatch(folded):
        return list(products)
    if CHEAPEST.search(folded) and alike(products):
        return [products[0]]
    asked = request_dosage(text)
    kept = [product for product in products if agrees(asked, presentation_dosage(product.presentation))]
    kept = tablets_first(text, asked, kept)
    return narrowed(text, _named(text, kept)) if _says_something(text, products) else []


def place(text: str, places: Sequence[Address]) -> Address | None:
    """The address that an answer to a numbered list means: by number, or by words that only one has."""
    if index := _INDEX.fullmatch(fold(text)):
        at = _number(index[1], len(places))
        return places[at - 1] if 1 <= at <= len(places) else None
    asked = {word for word in tokens(text) if len(word) > 3}
    hits = [one for one in places if asked & set(tokens(f"{one.label} {one.street} {one.district}"))]
    return hits[0] if len(hits) == 1 else None


def options(products: Sequence[Product], offers: Sequence[Offer]) -> list[Product]:
    """The products in stock, those with the cheapest offer first; the rest is left out."""
    best: dict[int, Offer] = {}
    for offer in offers:
        if offer.can_be_ordered and (offer.product_id not in best or offer.price < best[offer.product_id].price):
            best[offer.product_id] = offer
    return sorted(
        (product for product in products if product.product_id in best), key=lambda one: best[one.product_id].price
    )


def listing(products: Sequence[Product], offers: Sequence[Offer]) -> str:
    """A numbered line for each, with its lowest price."""
    lines = []
    for at, product in enumerate(products, start=1):
        prices = [offer.price for offer in offers if offer.product_id == product.product_id and offer.can_be_ordered]
        price = f": a partir de {money(min(prices))}" if prices else ": em falta"
        lines.append(f"*{at}.* {title(product)}{price}")
    return "\n".join(lines)


def title(product: Product) -> str:
    """How a product is named to a person."""
    return f"*{product.name}* {product.presentation} ({product.manufacturer})"


def _number(word: str, last: int) -> int:
    if word.isdigit():
        return int(word)
    return last if word.startswith("ultim") else _ORDINALS[word[:-1]]


def _named(text: str, products: Sequence[Product]) -> list[Product]:
    """Those that some word of the text names better than the others; all when none does."""
    asked = [word for word in tokens(text) if word.isalpha() and len(word) > 3]
    hits = [
        sum(any(likeness(word, other) >= _SURE for other in tokens(one.name)) for word in asked) for one in products
    ]
    return [product for product, hit in zip(products, hits, strict=True) if hit == max(hits)] if hits else []


def _says_something(text: str, products: Sequence[Product]) -> bool:
    asked = tokens(text)
    dosage = request_dosage(text)
    if dosage.strengths or dosage.held or dosage.bare or dosage.forms:
        return True
    if any(pattern.search(fold(text)) for pattern, _ in _CATEGORIES):
        return True
    return any(
        _names_maker(word, product) or any(likeness(word, other) >= _SURE for other in tokens(product.name))
        for word in asked
        if len(word) > 2
        for product in products
    )


def _names_maker(word: str, product: Product) -> bool:
    makers = [other for other in tokens(product.manufacturer) if other not in _KINDS_OF_MAKERS and len(other) > 2]
    return word not in _KINDS_OF_MAKERS and any(likeness(word, other) >= _SURE for other in makers)


def _kind(product: Product) -> tuple[object, ...]:
    said = presentation_dosage(product.presentation)
    return frozenset(map(fold, product.active_ingredients)), said.strengths, said.content, said.forms
