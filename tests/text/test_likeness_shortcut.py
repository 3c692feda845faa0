"""Words that cannot be alike are not compared place by place; what comes out is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.text.likeness import edits, likeness
from runtime.text.sound import sound

pytestmark = pytest.mark.unit

WORDS = st.text(alphabet="abclosrtxzhiu", min_size=3, max_size=14)


def plain(asked: str, known: str) -> float:
    """The same by definition, of two words that are neither equal, nor sound equal, nor begin one another."""
    written = 1 - edits(asked, known) / max(len(asked), len(known))
    spoken = 1 - edits(sound(asked), sound(known)) / max(len(sound(asked)), len(sound(known)))
    cut = 0.0
    if len(asked) >= 5 and len(known) > len(asked):
        wrong = edits(sound(asked), sound(known[: len(asked)]))
        cut = 0.9 * (1 - wrong / len(asked)) if wrong <= 1 else 0.0
    best = max(written, 0.97 * spoken, cut)
    return best if best >= 0.5 else 0.0


@given(WORDS, WORDS)
def test_any_two_words_are_as_alike_as_by_comparing_them_whole(asked: str, known: str) -> None:
    if sound(asked) != sound(known) and not known.startswith(asked):
        assert likeness(asked, known) == plain(asked, known)


@given(WORDS, st.lists(st.tuples(st.sampled_from("xsz"), st.integers(0, 13)), max_size=4))
def test_and_so_is_a_word_with_mistakes(word: str, mistakes: list[tuple[str, int]]) -> None:
    written = word
    for letter, at in mistakes:
        written = written[:at] + letter + written[at + 1 :]
    if sound(written) != sound(word) and not word.startswith(written):
        assert likeness(written, word) == plain(written, word)
