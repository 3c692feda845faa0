"""How sure one may be that a product is the one a person named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from runtime.text.abbreviations import ANVISA, PEOPLE, expand
from runtime.text.dosage import Amount, Dosage, presentation_dosage, request_dosage
from runtime.text.folding import tokens
from runtime.text.likeness import likeness
from runtime.text.vocabulary import COMPANY, FORM_DETAILS, FORMS, FUNCTION_WORDS, PACKAGING, SALTS, UNITS

WRONG_STRENGTH = 0.45
WRONG_NUMBER = 0.75
WRONG_COUNT = 0.7
UNSAID_COUNT = 0.8
WRONG_FORM = 0.7
UNNAMED = 0.5
"""At most, where no word names the product itself: only its maker, form or numbers were given."""
UNCOVERED = 0.9
"""What is left where the product's own name is much longer: a combination is not first for one of its ingredients."""
_MAKER_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for, read once: the words that name a product, the ones about its form, and the numbers."""

    names: tuple[str, ...]
    forms: frozenset[str]
    dosage: Dosage

    @classmethod
    def read(cls, text: str) -> "Request":
        """Reads free text; words of the question around the product are left out."""
        words = [word for word in expand(tokens(text), PEOPLE) if not word[0].isdigit()]
        quiet = FUNCTION_WORDS | UNITS | PACKAGING | FORMS
        names = tuple(word for word in words if word not in quiet and len(word) > 1)
        return cls(names, frozenset(word for word in words if word in FORMS), request_dosage(text))


@dataclass(frozen=True, slots=True)
class Product:
    """The parts of a product that a name may refer to."""

    names: tuple[str, ...]
    ingredients: tuple[str, ...]
    makers: tuple[str, ...]
    details: frozenset[str]
    dosage: Dosage

    @classmethod
    def read(cls, name: str, ingredients: Iterable[str], presentation: str, manufacturer: str) -> "Product":
        """Reads a product's fields as the catalogue has them."""
        return _read_product(name, tuple(ingredients), presentation, manufacturer)


@lru_cache(maxsize=8192)
def _read_product(name: str, ingredients: tuple[str, ...], presentation: str, manufacturer: str) -> Product:
    dosage = presentation_dosage(presentation)
    return Product(
        _naming(tokens(name)),
        _naming([word for one in ingredients for word in tokens(one)]),
        tuple(word for word in tokens(manufacturer) if word not in COMPANY),
        frozenset(expand(tokens(presentation), ANVISA)) | dosage.forms,
        dosage,
    )


def confidence(request: Request, product: Product) -> float:
    """0 to 1: how much of what was asked the product answers.

    The words of the name decide; each number or form that was asked for and differs takes its share away, the more the
    worse a wrong answer would be. A strength with its unit that the product does not have leaves less than one half.
    """
    named = _named(request.names, product) * (UNCOVERED + (1 - UNCOVERED) * _covered(request.names, product))
    asked, known = request.dosage, product.dosage
    factor = 1.0
    if any(not _has(amount, (*known.strengths, *known.content)) for amount in asked.strengths):
        factor *= WRONG_STRENGTH
    if any(not _is_some_number(number, known) for number in asked.bare):
        factor *= WRONG_NUMBER
    if asked.held is not None and asked.held != known.held:
        factor *= UNSAID_COUNT if known.held is None else WRONG_COUNT
    if request.forms and not request.forms & product.details:
        factor *= WRONG_FORM
    return round(named * factor, 4)


def _named(words: Sequence[str], product: Product) -> float:
    if not words:
        return UNNAMED
    total = weight_sum = 0.0
    strongest = 0.0
    for word in words:
        by_name = max((likeness(word, known) for known in (*product.names, *product.ingredients)), default=0.0)
        by_maker = max((likeness(word, known) for known in product.makers), default=0.0)
        by_detail = 1.0 if word in product.details else 0.0
        if word not in SALTS:
            strongest = max(strongest, by_name)
        best = max(by_name, by_maker, by_detail)
        minor = word in SALTS or word in FORM_DETAILS or max(by_maker, by_detail) > by_name
        weight = _MAKER_WEIGHT if minor else 1.0
        total += weight * best
        weight_sum += weight
    # A maker or a form alone names no product.
    return min(total / weight_sum, max(strongest, UNNAMED))


def same_substance(one: Product, other: Product) -> bool:
    """Whether all that is in ``one`` is in ``other`` too, salts and hydrates apart."""
    return _substance(one) <= _substance(other)


def _substance(product: Product) -> frozenset[str]:
    return frozenset(word for word in product.ingredients if word not in SALTS)


def _covered(words: Sequence[str], product: Product) -> float:
    best = 0.0
    for names in (product.names, product.ingredients):
        own = [known for known in names if known not in SALTS] or list(names)
        if own:
            met = sum(any(likeness(word, known) >= 0.6 for word in words) for known in own)
            best = max(best, met / len(own))
    return best


def _naming(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word not in FUNCTION_WORDS))


def _has(amount: Amount, known: Sequence[Amount]) -> bool:
    return any(unit == amount[1] and abs(number - amount[0]) < 1e-6 for number, unit in known)


def _is_some_number(number: float, known: Dosage) -> bool:
    if known.held is not None and number == known.held:
        return True
    for amount, unit in (*known.strengths, *known.content):
        # Someone who writes "dipirona 1" means one gram, "levotiroxina 25" micrograms.
        scales = (1.0, 0.001, 1000.0) if unit == "mg" else (1.0,)
        if any(abs(number * scale - amount) < 1e-6 for scale in scales):
            return True
    return False
