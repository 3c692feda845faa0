"""The text that stands for a product, or for what a person asks, where vectors are made."""

from collections.abc import Sequence
from hashlib import blake2b

from runtime.text.abbreviations import ANVISA, PEOPLE, expand
from runtime.text.dosage import Dosage, presentation_dosage, request_dosage
from runtime.text.folding import tokens
from runtime.text.vocabulary import COMPANY, FUNCTION_WORDS, PACKAGING, UNITS
from schemas.records.catalog import SearchDocument


def document_text(document: SearchDocument) -> str:
    """Name, ingredients, dosage, form and maker in plain folded words, packaging left out. Prices are not part of it.

    ``"dipirona monoidratada dipirona 500mg comprimido 30un ems"``.
    """
    dosage = presentation_dosage(document["presentation"])
    words = [
        *tokens(document["name"]),
        *(word for ingredient in document["active_ingredients"] for word in tokens(ingredient)),
        *_dosage_words(dosage),
        *_plain_words(expand(tokens(document["presentation"]), ANVISA)),
        *(word for word in tokens(document["manufacturer"]) if word not in COMPANY),
    ]
    return " ".join(dict.fromkeys(words))


def request_text(text: str) -> str:
    """What a person asks for, in the same words as ``document_text``: ``"dipirona 500mg 500 30un"``."""
    dosage = request_dosage(text)
    bare = [f"{number:g}" for number in dosage.bare]
    words = [*_plain_words(expand(tokens(text), PEOPLE)), *_dosage_words(dosage), *bare, *(f"{one}mg" for one in bare)]
    return " ".join(dict.fromkeys(words))


def content_hash(text: str) -> str:
    """Identifies a text: equal texts need no new vectors. 32 hexadecimal digits."""
    return blake2b(text.encode("utf-8"), digest_size=16).hexdigest()


def _dosage_words(dosage: Dosage) -> list[str]:
    amounts = [f"{number:g}{unit}" for number, unit in (*dosage.strengths, *dosage.content)]
    return amounts + ([f"{dosage.held}un"] if dosage.held is not None else [])


def _plain_words(words: Sequence[str]) -> list[str]:
    return [
        word
        for word in words
        if not word[0].isdigit() and word not in PACKAGING and word not in UNITS and word not in FUNCTION_WORDS
    ]
