"""Check digits of the identifiers a Brazilian marketplace lives by: CNPJ, GTIN, the NF-e access key and the boleto.

CNPJ and NF-e share one rule: each character is worth its ASCII code less 48, weights run 2 to 9 from the right, and the
sum modulo 11 gives the digit. It serves the numeric CNPJ and the alphanumeric one alike.
A boleto's digitable line has a digit for each of three fields (modulo 10) and one for the whole bar code (modulo 11).
Sources: Instrução Normativa RFB 2.229/2024 and Nota Técnica Conjunta 2025.001; GS1 General Specifications, 7.9;
FEBRABAN, Layout Padrão de Arrecadação e Cobrança: Código de Barras dos Boletos, and Comunicado FB-082/2012 on the due
date's factor.
"""

import re
from datetime import date

_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_NFE_KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
_LINE = re.compile(r"[0-9]{3}9[0-9]{43}")
_FACTORS_FROM = date(1997, 10, 7)
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


def modulo_10_digit(body: str) -> str:
    """The check digit that follows the digits ``body`` of a boleto's field."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return str(-sum(product // 10 + product % 10 for product in products) % 10)


def boleto_digit(body: str) -> str:
    """The check digit of a boleto's bar code, over its other 43 digits."""
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(body)))
    digit = 11 - total % 11
    return "1" if digit > 9 else str(digit)


def due_factor(due_on: date) -> str:
    """The four digits that stand for a boleto's due date: days since 1997-10-07, going round from 9999 to 1000."""
    days = (due_on - _FACTORS_FROM).days
    return f"{days if days < 1000 else (days - 1000) % 9000 + 1000:04d}"


def digitable_line(bank: str, due_on: date, cents: int, free: str) -> str:
    """A boleto's digitable line: ``bank`` of 3 digits, ``free`` the bank's own 25, the amount in cents of BRL."""
    head, tail = f"{bank}9", f"{due_factor(due_on)}{cents:010d}"
    fields = (head + free[:5], free[5:15], free[15:])
    digit = boleto_digit(head + tail + free)
    return "".join(field + modulo_10_digit(field) for field in fields) + digit + tail


def is_digitable_line(line: str) -> bool:
    """Whether ``line`` (without punctuation) is a bank boleto's digitable line in BRL with right check digits."""
    if _LINE.fullmatch(line) is None:
        return False
    fields = (line[:10], line[10:21], line[21:32])
    free = line[4:9] + line[10:20] + line[21:31]
    return all(field[-1] == modulo_10_digit(field[:-1]) for field in fields) and line[32] == boleto_digit(
        line[:4] + line[33:] + free
    )
