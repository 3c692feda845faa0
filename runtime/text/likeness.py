"""How alike two words are to a reader who knows that people mistype and cut short."""

from functools import lru_cache

from runtime.text.sound import sound

_SHORTEST_CUT = 4


@lru_cache(maxsize=131072)
def likeness(asked: str, known: str) -> float:
    """0 to 1 for two folded words.

    1 for the same word, 0.95 for the same sound, 0.9 or more where ``asked`` is a beginning of ``known`` of four
    letters or more; else one less the edits (adjacent swaps count once) over the longer length, and 0 under one half.
    """
    if asked == known:
        return 1.0
    if sound(asked) == sound(known):
        return 0.95
    if len(asked) >= _SHORTEST_CUT and known.startswith(asked):
        return 0.9 + 0.09 * len(asked) / len(known)
    if min(len(asked), len(known)) < 3 or asked[0].isdigit() or known[0].isdigit():
        return 0.0
    written, spoken = _share_kept(asked, known), _share_kept(sound(asked), sound(known))
    cut = _cut_likeness(asked, known)
    best = max(written, 0.97 * spoken, cut)
    return best if best >= 0.5 else 0.0


def _share_kept(left: str, right: str) -> float:
    """One less the edits over the longer length; 0 where that is under one half.

    No edit but one for each gives a word the letters it lacks, so that most words need not be compared place by place.
    """
    longer = max(len(left), len(right))
    common = sum(min(left.count(letter), right.count(letter)) for letter in set(left))
    if 2 * common < longer:
        return 0.0
    return 1 - edits(left, right) / longer


def edits(left: str, right: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _cut_likeness(asked: str, known: str) -> float:
    # A mistyped beginning: "lozart" of "losartana".
    if len(asked) < _SHORTEST_CUT + 1 or len(known) <= len(asked):
        return 0.0
    wrong = edits(sound(asked), sound(known[: len(asked)]))
    return 0.9 * (1 - wrong / len(asked)) if wrong <= 1 else 0.0
