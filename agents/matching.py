"""Which of the products that a search found a person can have meant: a near name is a hint, another dose is not."""

from collections.abc import Iterable
from dataclasses import dataclass

from runtime.product_index import FOUND, SUGGEST
from runtime.text.dosage import Dosage, presentation_dosage, request_dosage
from runtime.text.folding import tokens
from runtime.text.likeness import likeness
from runtime.text.vocabulary import SALTS
from store.availability import Product

_ALIKE = 0.75


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
    return Found(tuple(exact), () if exact else tuple(near))


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
