"""What the words of a name mean: amounts in figures and in words, codes without their punctuation. Pure."""

import re
from collections.abc import Sequence

from agents.understanding import numbers

_CNPJ = re.compile(r"[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{3}/[0-9a-z]{4}-?\d{2}|(?=[0-9a-z]*\d[a-z])[0-9a-z]{12}\d{2}")
_CENTS = frozenset({"e", "reais", "real", "com", ","})


def quantity(words: Sequence[str]) -> int | None:
    """ "10", "1.200", "meia duzia", "vinte e cinco": a whole number of 1 to 99,999, or ``None``."""
    if "duzia" in words or "duzias" in words:
        if words[0] == "meia":
            return 6
        return 12 * (amount(words[:1]) or 1)
    value = amount(words)
    return value if value is not None and 0 < value <= 99_999 else None


def score(words: Sequence[str]) -> int | None:
    """A score of 0 to 10; of "10/10" the first."""
    first = re.match(r"\d+", words[0])
    value = int(first[0]) if first else amount(words)
    return value if value is not None and 0 <= value <= 10 else None


def price(words: Sequence[str]) -> float | None:
    """BRL of "R$ 12,90", "12 reais e 50", "doze e noventa", "10k", "5 mil"; ``None`` when it is no amount."""
    plain = [word for word in words if word not in ("r$", "$")]
    figures = [word for word in plain if numbers.is_number(word)]
    if len(figures) == 1:
        value = numbers.decimal(figures[0])
        return value * 1000 if value is not None and plain[-1] in ("k", "mil") else value
    if len(figures) == 2:
        whole, cents = numbers.decimal(figures[0]), numbers.decimal(figures[1])
        return None if whole is None or cents is None else round(whole + cents / 100, 2)
    return _spoken(plain)


def _spoken(words: Sequence[str]) -> float | None:
    """ "doze reais e noventa", "doze e noventa": the part after the currency, or a second ten, is cents."""
    if "reais" in words or "real" in words:
        at = next(at for at, word in enumerate(words) if word in ("reais", "real"))
        whole, cents = amount(words[:at]), amount([word for word in words[at + 1 :] if word not in _CENTS])
    else:
        split = _cents_at(words)
        whole, cents = amount(words[:split]), amount(words[split:])
    return None if whole is None else round(whole + (cents or 0) / 100, 2)


def _cents_at(words: Sequence[str]) -> int:
    """Where cents begin when nothing says so: at a number that cannot add to the one before ("doze e noventa")."""
    last = None
    for at, word in enumerate(words):
        value = numbers.WORDS.get(word)
        if value is None:
            continue
        if last is not None and value < 100 and (last < 20 or (value >= 20 and last % 100 >= 20)):
            return at
        last = value
    return len(words)


def amount(words: Sequence[str]) -> int | None:
    """A whole number in figures ("1.200", "30") or in words ("vinte e cinco", "mil e duzentos")."""
    total, part, met = 0, 0, False
    for word in words:
        if numbers.is_number(word):
            value = numbers.whole(word)
        elif word == "mil":
            total, part, met = total + max(part, 1) * 1000, 0, True
            continue
        else:
            value = numbers.WORDS.get(word)
        if value is not None:
            part, met = part + value, True
    return total + part if met else None


def cnpj(written: str) -> str:
    """The 14 characters without punctuation."""
    return re.sub(r"[^0-9A-Za-z]", "", written).upper()


def is_cnpj(word: str) -> bool:
    """Whether a token has the punctuation of a CNPJ, or is its 14 characters with letters among them."""
    return bool(_CNPJ.fullmatch(word))


def is_gtin(written: str) -> bool:
    """Whether these are 8, 12, 13 or 14 digits with the check digit of GS1's General Specifications, section 7.9."""
    if not written.isdigit() or len(written) not in (8, 12, 13, 14):
        return False
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(written[:-1])))
    return (10 - total % 10) % 10 == int(written[-1])
