"""One row of the official price list (CMED), from its text to what the database takes. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, TypeVar

from schemas.identifiers import bare_cnpj, is_cnpj
from schemas.records.catalog import Stripe
from store.pricelist import PriceRow

COLUMNS = (
    "active_ingredients",
    "manufacturer_cnpj",
    "manufacturer",
    "presentation",
    "price_regime",
    "factory_price_brl",
    "stripe",
)
_REGIMES: Mapping[str, Literal["regulated", "released"]] = {"REGULADO": "regulated", "LIBERADO": "released"}
_STRIPES: Mapping[str, Stripe] = {
    "sem_tarja": "none",
    "amarela": "yellow",
    "vermelha": "red",
    "vermelha_sob_restricao": "red_retained",
    "preta": "black",
    "sem_informacao": "unknown",
}
_PRICE = re.compile(r"[0-9]{1,10}([.,][0-9]{1,2})?")
_LONGEST_NAME = 200
_MOST_INGREDIENTS = 100
_LONGEST_INGREDIENTS_BYTES = 1800
_LONGEST_PRESENTATION_BYTES = 600

T = TypeVar("T", bound=str)


class BadRow(ValueError):  # noqa: N818 - the row is bad, the program is not in error
    """A row that cannot be imported; its text says why, for whoever repairs the list."""


def parse(line: int, values: Mapping[str, str]) -> PriceRow:
    """The row on ``line``; ``values`` has every name of ``COLUMNS``. Raises ``BadRow`` for the first thing wrong."""
    if any(0xDC80 <= ord(character) <= 0xDCFF for value in values.values() for character in value):
        raise BadRow("the row is not UTF-8: save the list in that encoding")
    return PriceRow(
        line=line,
        cnpj=_cnpj(values["manufacturer_cnpj"]),
        manufacturer=_text("manufacturer", values["manufacturer"], _LONGEST_NAME),
        active_ingredients=_ingredients(values["active_ingredients"]),
        presentation=_presentation(values["presentation"]),
        price_regime=_one_of("price_regime", values["price_regime"].strip().upper(), _REGIMES),
        factory_price=_price(values["factory_price_brl"].strip()),
        stripe=_one_of("stripe", values["stripe"].strip().lower(), _STRIPES),
    )


def _cnpj(written: str) -> str:
    bare = bare_cnpj(written)
    if not is_cnpj(bare):
        raise BadRow(f"manufacturer_cnpj {written!r} is no CNPJ: check its length and its last two digits")
    return bare


def _text(column: str, written: str, longest: int) -> str:
    text = " ".join(written.replace("\x00", " ").split())
    if not text:
        raise BadRow(f"{column} is empty")
    if len(text) > longest:
        raise BadRow(f"{column} has {len(text)} characters, more than {longest}")
    return text


def _ingredients(written: str) -> tuple[str, ...]:
    found = tuple(name for part in written.split(";") if (name := " ".join(part.replace("\x00", " ").split())))
    if not found:
        raise BadRow("active_ingredients is empty")
    if len(found) > _MOST_INGREDIENTS or sum(len(name.encode()) for name in found) > _LONGEST_INGREDIENTS_BYTES:
        raise BadRow(
            f"active_ingredients is too long: at most {_MOST_INGREDIENTS} and {_LONGEST_INGREDIENTS_BYTES} bytes"
        )
    return found


def _presentation(written: str) -> str:
    text = _text("presentation", written, _LONGEST_PRESENTATION_BYTES)
    if len(text.encode()) > _LONGEST_PRESENTATION_BYTES:
        raise BadRow(f"presentation has more than {_LONGEST_PRESENTATION_BYTES} bytes")
    return text


def _price(written: str) -> Decimal:
    if not _PRICE.fullmatch(written):
        raise BadRow(f"factory_price_brl {written!r} is no price: write it like 1228.49, without thousands separators")
    price = Decimal(written.replace(",", "."))
    if price == 0:
        raise BadRow("factory_price_brl is zero")
    return price


def _one_of(column: str, written: str, known: Mapping[str, T]) -> T:
    if written not in known:
        raise BadRow(f"{column} {written!r} is none of {', '.join(known)}")
    return known[written]
