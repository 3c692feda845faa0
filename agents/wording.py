"""How things are written to a Brazilian reader: money, days, counts, lists."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

BRASILIA = ZoneInfo("America/Sao_Paulo")
LONGEST_MESSAGE = 4096
"""Characters of one WhatsApp text: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/text-messages."""


def money(amount: Decimal) -> str:
    """``Decimal("1234.5")`` gives ``"R$ 1.234,50"``."""
    return "R$ " + f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def percent(share: Decimal) -> str:
    """Of a share in percent: ``Decimal("2.50")`` gives ``"2,5 %"``."""
    return f"{share.normalize():f}".replace(".", ",") + " %"


def day(moment: date | datetime) -> str:
    """Day and month, ``"21/11"``; of a moment, in Brasília."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(BRASILIA).date()
    return moment.strftime("%d/%m")


def count(number: int, one: str, many: str) -> str:
    """``count(1200, "unidade", "unidades")`` gives ``"1.200 unidades"``."""
    return f"{number:,}".replace(",", ".") + f" {one if number == 1 else many}"


def listed(parts: Sequence[str], *, last: str = "e") -> str:
    """``["a", "b", "c"]`` gives ``"a, b e c"``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def hello(now: datetime) -> str:
    """The greeting of the hour in Brasília."""
    hour = now.astimezone(BRASILIA).hour
    if 5 <= hour < 12:
        return "Bom dia"
    return "Boa tarde" if 12 <= hour < 18 else "Boa noite"


def first_name(name: str) -> str:
    """What a person is called by."""
    return (name.split() or [""])[0].title()


def fit(text: str) -> str:
    """The text, cut at a line's end when WhatsApp would refuse its length."""
    if len(text) <= LONGEST_MESSAGE:
        return text
    return text[: LONGEST_MESSAGE - 2].rsplit("\n", 1)[0] + "\n…"
