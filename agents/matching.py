"""Which of the products that a search found a person can have meant: a near name is a hint, another dose is not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from runtime.product_index import FOUND, SUGGEST
from runtime.text.dosage import Dosage, presentation_dosage, request_dosage
from runtime.text.folding import tokens
from runtime.text.likeness import likeness
from runtime.text.vocabulary import SALTS
from store.availability import Product

_ALIKE = 0.75
_NEARLY_AS_ALIKE = 0.05
"""Omeprazole is not esomeprazole: of names that differ by more, only the one that was written is meant."""
_HINTS = 0.8
"""From here on a name is shown as a hint at what may have been meant; a reader takes one below for another drug."""
_ASKED_PER_VOLUME = re.compile(r"/ ?\d* ?ml\b", re.IGNORECASE)
_PER_VOLUME = re.compile(r"\b(?:MC?G|G|UI) ?/ ?(?:\d+ ?)?ML\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """``exact`` products agree with everything asked; ``near`` ones in name only, and come without exact ones."""

    exact: tuple[Product, ...] = ()
    near: tuple[Product, ...] = ()


def match(words: str, scored: Iterable[tuple[Product, float]]) -> Found:
    """Sorts the products by what ``words`` asks for, their order kept; ``scored`` has the search's score of each.

    A score alone may forgive a number that differs. Who quotes a price may not: every strength, count and form asked
    for must be the product's.
    """
    asked = request_dosage(words)
    exact: list[Product] = []
    near: list[Product] = []
    for product, score in scored:
        alike = agrees(asked, presentation_dosage(product.presentation)) and is_named(words, product)
        if score >= FOUND and alike:
            exact.append(product)
        elif score >= SUGGEST:
            near.append(product)
    exact = _as_asked(words, asked, exact)
    return Found(tuple(exact), () if exact else tuple(one for one in near if _named_alike(words, one) >= _HINTS))


def _as_asked(words: str, asked: Dosage, found: list[Product]) -> list[Product]:
    """Without those whose name is only like the one asked for, where others have it, and without drops and ampoules
    (500 mg in each ml) where tablets of 500 mg are there and nobody spoke of a liquid.
    """
    alike = {product.product_id: _named_alike(words, product) for product in found}
    best = max(alike.values(), default=0.0)
    found = [product for product in found if alike[product.product_id] >= best - _NEARLY_AS_ALIKE]
    return tablets_first(words, asked, found)


def tablets_first(words: str, asked: Dosage, found: list[Product]) -> list[Product]:
    """Without what holds so much in each ml, where others are there, unless the words speak of a liquid."""
    if asked.forms or not (asked.strengths or asked.bare):
        return found
    if _ASKED_PER_VOLUME.search(words):
        return [product for product in found if _PER_VOLUME.search(product.presentation)] or found
    return [product for product in found if not _PER_VOLUME.search(product.presentation)] or found


def _named_alike(words: str, product: Product) -> float:
    """How alike the best word asked is to a word of the product's name or active ingredients, 0 to 1."""
    asked = [word for word in tokens(words) if word.isalpha() and len(word) > 2]
    known = [word for text in (product.name, *product.active_ingredients) for word in _naming(text)]
    return max((likeness(one, word) for one in asked for word in known), default=1.0)


def is_named(words: str, product: Product) -> bool:
    """Whether a combination was asked for as such: by its brand, or by two of its ingredients.

    Who asks for losartan does not ask for losartan with hydrochlorothiazide.
    """
    if len(product.active_ingredients) < 2:
        return True
    asked = [word for word in tokens(words) if word.isalpha() and len(word) > 2]
    ingredients = [_naming(ingredient) for ingredient in product.active_ingredients]
    known = {word for names in ingredients for word in names}
    brand = [word for word in _naming(product.name) if word not in known]
    if any(likeness(one, word) >= _ALIKE for one in asked for word in brand):
        return True
    return sum(any(likeness(one, word) >= _ALIKE for one in asked for word in names) for names in ingredients) >= 2


def _naming(text: str) -> list[str]:
    return [word for word in tokens(text) if word not in SALTS and len(word) > 2]


def agrees(asked: Dosage, offered: Dosage) -> bool:
    """Whether nothing asked is contradicted. A bare number may be a strength, a count or a volume."""
    if not set(asked.strengths) <= {*offered.strengths, *offered.content}:
        return False
    if asked.held is not None and offered.held is not None and asked.held != offered.held:
        return False
    if asked.forms and offered.forms and not asked.forms & offered.forms:
        return False
    return all(_is_some_number(number, offered) for number in asked.bare)


def _is_some_number(number: float, offered: Dosage) -> bool:
    if offered.held is not None and number == offered.held:
        return True
    for amount, unit in (*offered.strengths, *offered.content):
        # Who writes "dipirona 1" means a gram, "levotiroxina 25" micrograms.
        scales = (1.0, 1000.0, 0.001) if unit == "mg" else (1.0,)
        if any(abs(number * scale - amount) < 1e-6 for scale in scales):
            return True
    return False
