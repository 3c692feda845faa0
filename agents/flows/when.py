"""Which days people mean: "ontem", "sexta passada", "de setembro", "12/10". Pure."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from agents.understanding.normalise import fold

Days = tuple[date, date]
"""The first and the last day."""

_DAY = re.compile(r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](\d{2,4}))?\b")
_DAY_OF = re.compile(r"\b(?:dia )?(\d{1,2}) de ([a-z]+)\b")
_ONLY_DAY = re.compile(r"\bdia (\d{1,2})\b")
_MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_MONTH = re.compile(r"\b(janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)\b")
_WEEKDAY = re.compile(r"\b(segunda|terca|quarta|quinta|sexta|sabado|domingo)(?:-feira| feira)?\b")
_WEEKDAYS = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
_AGO = ((re.compile(r"\banteontem\b"), 2), (re.compile(r"\bonte[mn]?\b"), 1), (re.compile(r"\b(?:hoje|hj)\b"), 0))


def past(words: Sequence[str], today: date) -> Days | None:
    """The days that the words name, today or before; ``None`` when they name none that we know."""
    text = fold(" ".join(words))
    return _named(text, today) or _relative(text, today)


def _relative(text: str, today: date) -> Days | None:
    for pattern, back in _AGO:
        if pattern.search(text):
            return (today - timedelta(days=back),) * 2
    monday = today - timedelta(days=today.weekday())
    if re.search(r"\b(?:semana passada|ultima semana)\b", text):
        return monday - timedelta(days=7), monday - timedelta(days=1)
    if re.search(r"\b(?:essa|esta|nessa|nesta) semana\b", text):
        return monday, today
    first = today.replace(day=1)
    if re.search(r"\b(?:mes passado|ultimo mes)\b", text):
        return (first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)
    if re.search(r"\b(?:esse|este|nesse|neste) mes\b", text):
        return first, today
    if found := _WEEKDAY.search(text):
        back = (today.weekday() - _WEEKDAYS.index(found[1])) % 7 or 7
        return (today - timedelta(days=back),) * 2
    return None


def _named(text: str, today: date) -> Days | None:
    if found := _DAY.search(text):
        return _on(int(found[1]), int(found[2]), today)
    if (found := _DAY_OF.search(text)) and found[2][:3] in _MONTHS:
        return _on(int(found[1]), _MONTHS.index(found[2][:3]) + 1, today)
    if found := _ONLY_DAY.search(text):
        this = _on(int(found[1]), today.month, today)
        return this if this is None or this[0].year == today.year else _on(int(found[1]), today.month - 1 or 12, today)
    if found := _MONTH.search(text):
        month = _MONTHS.index(found[1][:3]) + 1
        first = date(today.year if month <= today.month else today.year - 1, month, 1)
        return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return None


def _on(day: int, month: int, today: date) -> Days | None:
    """That day of this year, or of the last one when it is not past yet; ``None`` for a day that is none."""
    for year in (today.year, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found, found
    return None
