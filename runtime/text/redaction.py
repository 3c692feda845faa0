"""Takes personal identifiers out of free text before it reaches a model, a summary or a log, and puts them back.

CPF, CNPJ, card and PIX keys are recognised by their check digits as well as their shape, so that an order's number or a
GTIN stays. Sources: Instrução Normativa RFB 2.229/2024 (CNPJ); ISO/IEC 7812-1 annex B (Luhn); Banco Central do Brasil,
"Manual de Padrões para Iniciação do Pix" (BR Code, CRC16 over EMV fields); Anatel, Resolução 749/2022 (numbering).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.identifiers import bare_cnpj, is_cnpj

_INVISIBLE = {"Cf", "Cc", "Co", "Cs"}
_BLANK = "\n\r\t"


@dataclass(frozen=True, slots=True)
class Redacted:
    """``text`` with placeholders such as ``[CPF 1]``; ``originals`` maps each placeholder to what stood there."""

    text: str
    originals: Mapping[str, str]

    def restore(self, text: str) -> str:
        """``text`` with the placeholders it uses replaced by the originals."""
        for placeholder, original in self.originals.items():
            text = text.replace(placeholder, original)
        return text


def redact(text: str) -> Redacted:
    """Any text; never raises. Invisible characters are dropped first, so that they hide nothing.

    The same identifier gets the same placeholder throughout.
    """
    taken: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    clean = _visible(text)
    for kind, pattern, accepts in _RULES:

        def replace(match: re.Match[str], kind: str = kind, accepts: Callable[[str], bool] = accepts) -> str:
            if not accepts(match[0]):
                return match[0]
            known = taken.get((kind, match[0]))
            if known is None:
                counts[kind] = counts.get(kind, 0) + 1
                known = taken[kind, match[0]] = f"[{kind} {counts[kind]}]"
            return known

        clean = pattern.sub(replace, clean)
    return Redacted(clean, {placeholder: original for (_, original), placeholder in taken.items()})


def _visible(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text)
    return "".join(char for char in normal if char in _BLANK or unicodedata.category(char) not in _INVISIBLE)


def digits(written: str) -> str:
    """The digits of a text."""
    return re.sub(r"\D", "", written)


def is_cpf(bare: str) -> bool:
    """Whether eleven digits are a CPF with right check digits."""
    if len(bare) != 11 or not bare.isdigit() or len(set(bare)) == 1:
        return False
    for size in (9, 10):
        total = sum(int(digit) * (size + 1 - place) for place, digit in enumerate(bare[:size]))
        if int(bare[size]) != total * 10 % 11 % 10:
            return False
    return True


def passes_luhn(bare: str) -> bool:
    """Whether the last digit is the Luhn check digit of those before."""
    total = 0
    for place, digit in enumerate(reversed(bare)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card(written: str) -> bool:
    bare = digits(written)
    return _NETWORKS.fullmatch(bare) is not None and passes_luhn(bare)


def _is_cpf_written(written: str) -> bool:
    return not written.isdigit() or is_cpf(written)


def _is_cnpj_written(written: str) -> bool:
    return "/" in written or is_cnpj(bare_cnpj(written))


def _is_phone(written: str) -> bool:
    bare = digits(written)
    if written.lstrip().startswith("+") or len(bare) in (12, 13):
        return len(bare) >= 10
    return True


def _always(written: str) -> bool:
    return True


def _is_br_code(written: str) -> bool:
    return crc16(written[:-4].encode()) == int(written[-4:], 16)


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, as the BR Code's last field has it."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


_DDD = r"(?:1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])"
_NOT_INSIDE = r"(?<![\w.,/-])"
_NOT_GOING_ON = r"(?![\w/-]|[.,]\d)"
_NETWORKS = re.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|(?:4011|4312|4389|5041|5067|5090|6277|6362|6363)\d{12}"
)
_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("PIX", re.compile(r"000201[\x20-\x7e]{20,480}?6304[0-9A-Fa-f]{4}"), _is_br_code),
    ("PIX", re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.I), _always),
    ("E-MAIL", re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), _always),
    (
        "CNPJ",
        re.compile(
            _NOT_INSIDE
            + r"(?:[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/[0-9A-Z]{4}-?\d{2}|[0-9A-Z]{12}\d{2})"
            + _NOT_GOING_ON,
            re.I,
        ),
        _is_cnpj_written,
    ),
    ("CARTÃO", re.compile(_NOT_INSIDE + r"\d(?:[ -]?\d){12,18}" + _NOT_GOING_ON), _is_card),
    (
        "CPF",
        re.compile(_NOT_INSIDE + r"(?:\d{3}\.\d{3}\.\d{3}-?\d{2}|\d{9}-\d{2}|\d{11})" + _NOT_GOING_ON),
        _is_cpf_written,
    ),
    (
        "TELEFONE",
        re.compile(
            _NOT_INSIDE
            + rf"(?:\+\d{{1,3}}[ -]?)?(?:55[ -]?)?(?:\(0?{_DDD}\)|0?{_DDD})[ -]?(?:9[ .-]?\d{{4}}|[2-5]\d{{3}})"
            r"[ .-]?\d{4}" + _NOT_GOING_ON
        ),
        _is_phone,
    ),
    ("TELEFONE", re.compile(_NOT_INSIDE + r"9[ .]?\d{4}-\d{4}" + _NOT_GOING_ON), _always),
)
