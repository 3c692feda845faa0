"""Check digits of the identifiers a Brazilian marketplace lives by: CNPJ, GTIN and the NF-e access key.

CNPJ and NF-e share one rule: each character is worth its ASCII code less 48, weights run 2 to 9 from the right, and the
sum modulo 11 gives the digit. It serves the numeric CNPJ and the alphanumeric one alike.
Sources: Instrução Normativa RFB 2.229/2024 and Nota Técnica Conjunta 2025.001; GS1 General Specifications, 7.9.
"""

import re

_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_NFE_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
_PUNCTUATION = re.compile(r"[\s./-]")


def modulo_11_digit(body: str) -> str:
    """The check digit that follows ``body`` (ASCII digits and capital letters)."""
    total = sum((ord(character) - 48) * (2 + place % 8) for place, character in enumerate(reversed(body)))
    rest = total % 11
    return "0" if rest < 2 else str(11 - rest)


def bare_cnpj(written: str) -> str:
    """A CNPJ as people write it (``12.abc.345/01de-35``) as stored: 14 capitals and digits. Not validated."""
    return _PUNCTUATION.sub("", written).upper()


def with_cnpj_digits(body: str) -> str:
    """The CNPJ whose first 12 characters are ``body``."""
    first = body + modulo_11_digit(body)
    return first + modulo_11_digit(first)


def is_cnpj(bare: str) -> bool:
    """Whether ``bare`` (without punctuation) is a numeric or alphanumeric CNPJ with right check digits."""
    return _CNPJ.fullmatch(bare) is not None and len(set(bare)) > 1 and bare == with_cnpj_digits(bare[:12])


def written_cnpj(bare: str) -> str:
    """A stored CNPJ as people read it: ``12.ABC.345/01DE-35``."""
    return f"{bare[:2]}.{bare[2:5]}.{bare[5:8]}/{bare[8:12]}-{bare[12:]}"


def gtin_digit(body: str) -> str:
    """The check digit that follows the digits ``body`` of a GTIN of any length."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def is_gtin(text: str) -> bool:
    """Whether ``text`` is a GTIN-8, -12, -13 or -14 with the right check digit."""
    return _GTIN.fullmatch(text) is not None and text[-1] == gtin_digit(text[:-1])


def with_nfe_digit(body: str) -> str:
    """The NF-e access key whose first 43 characters are ``body``."""
    return body + modulo_11_digit(body)


def is_nfe_access_key(key: str) -> bool:
    """Whether ``key`` has an NF-e access key's 44 characters (letters only in the issuer's CNPJ) and check digit."""
    return _NFE_KEY.fullmatch(key) is not None and key == with_nfe_digit(key[:43])
