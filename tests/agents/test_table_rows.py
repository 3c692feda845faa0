"""What a table remembers of names changes nothing of what it gives for them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.understanding import model_file, table
from agents.understanding.features import count, pieces
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Context
from agents.understanding.table import Table, key
from agents.understanding.utterances import voices

pytestmark = pytest.mark.unit

NAMES = st.lists(st.text(max_size=3), max_size=40)
KNOWN = ["a", "b", "ab", "ba", "é", "0"]


def made() -> Table:
    random = np.random.default_rng(3)
    keys = np.array([key(name) for name in KNOWN], dtype=np.uint32)
    return Table.of(keys, random.normal(size=(len(KNOWN), 4)).astype(np.float32))


@settings(deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=6))
def test_a_name_has_the_row_of_its_key_however_often_and_with_what_it_is_asked(asked: list[list[str]]) -> None:
    one = made()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(table, "_MOST_MET", 8)
        for names in asked:
            places, known = one.find(np.array([key(name) for name in names], dtype=np.uint32))
            assert one.rows(names).tolist() == np.where(known, places, -1).tolist()
            assert one.sums(names).tobytes() == made().sums(names).tobytes()


@given(st.text(alphabet="abçé10", min_size=1, max_size=45))
def test_pieces_are_every_run_of_two_to_five_characters(word: str) -> None:
    framed = f" {word} "
    runs = [framed[at : at + size] for size in range(2, 6) for at in range(len(framed)) if at + size <= len(framed)]
    assert list(pieces(word)) == [f"g{run}" for run in runs]
    counted = count([word], [])
    alone = [name for name in counted if name.startswith("g")]
    assert set(alone) == set(pieces(word))
    assert math.isclose(sum(value * value for value in counted.values()), 1.0)


def test_a_model_that_has_read_much_reads_as_one_that_has_read_nothing() -> None:
    texts = [utterance.text for voice in voices().values() for utterance in voice[::40]]
    used = OfflineUnderstanding()
    for text in texts:
        used.read(text, Context())
    for text in texts[::20]:
        fresh = OfflineUnderstanding(model=model_file.load())
        assert used.read(text, Context()) == fresh.read(text, Context())
