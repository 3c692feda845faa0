"""Unique company registrations and telephone numbers."""

import string
from collections.abc import Iterator
from random import Random

from schemas.identifiers import with_cnpj_digits
from store.generator.places import City

_LETTERS_AND_DIGITS = string.digits + string.ascii_uppercase
_ALPHANUMERIC_SHARE = 0.1


def cnpjs(random: Random) -> Iterator[str]:
    """Endless registrations, each once; one in ten has the form with letters."""
    seen: set[str] = set()
    while True:
        if random.random() < _ALPHANUMERIC_SHARE:
            root = "".join(random.choices(_LETTERS_AND_DIGITS, k=8))
        else:
            root = f"{random.randrange(1_000_000, 100_000_000):08d}"
        if root not in seen:
            seen.add(root)
            yield with_cnpj_digits(f"{root}0001")


def mobile(random: Random, city: City) -> str:
    """A mobile number in the city's area, E.164."""
    return f"+55{city.area}9{random.choice('6789')}{random.randrange(10_000_000):07d}"
