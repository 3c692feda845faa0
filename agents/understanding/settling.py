"""Rules over the names a tagger found, where the words beside a number leave no doubt what it is of. Pure."""

import re
from collections.abc import Sequence

from agents.understanding.normalise import word_set
from agents.understanding.tagger import Name

_OF_OTHER_THINGS = word_set("item loja filial lote serie linha doca cod codigo volume sala")
"""A number right after one of these counts nothing."""
_OUT_OF = re.compile(r"(\d{1,2})/(5|10)")
_LONGEST_INVOICE = 7
_BEFORE_DAYS = word_set("dia em no desde para ate de do previsto prevista previsao data a entrega venc vencimento")


def settled(names: Sequence[Name], words: Sequence[str]) -> list[Name]:
    """The names with what their neighbours settle: packs, numbers of things, invoices, and scores out of a greatest."""
    found: list[Name] = []
    for kind, start, end in sorted(names, key=lambda name: name[1]):
        before = words[start - 1] if start else ""
        if kind == "q" and before in _OF_OTHER_THINGS:
            continue
        if kind == "q" and before == "com" and found and found[-1][0] == "p" and found[-1][2] == start - 1:
            found[-1] = ("p", found[-1][1], end)
        elif kind in ("o", "q", "v") and _is_invoice(words, start, end):
            found.append(("nf", start, end))
        elif kind == "d" and end == start + 1 and _is_score(words[start], before):
            found.append(("s", start, end))
        else:
            found.append((kind, start, end))
    return found


def _is_invoice(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a number follows "nota fiscal", or "nota" and is no score; orders have longer numbers."""
    if end != start + 1 or not words[start].isdigit() or len(words[start]) > _LONGEST_INVOICE:
        return False
    at = start - 1 - (start > 0 and words[start - 1] in ("numero", "n"))
    before = words[at] if at >= 0 else ""
    return before in ("fiscal", "danfe") or (before == "nota" and int(words[start]) > 10)


def _is_score(word: str, before: str) -> bool:
    """Whether a day is a score: "10/10", "3/5" where no day is spoken of."""
    match = _OUT_OF.fullmatch(word)
    return match is not None and int(match[1]) <= int(match[2]) and before not in _BEFORE_DAYS
