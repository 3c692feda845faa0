"""Training is repeatable, what it writes is read back whole, and utterance files say what is wrong with them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from agents.understanding import model_file
from agents.understanding.manner import corrects, tone
from agents.understanding.normalise import tokens
from agents.understanding.table import Table, key
from agents.understanding.training.train import train
from agents.understanding.utterances import Span, Utterance, parse, voices

pytestmark = pytest.mark.unit


FLOWS = {"order_status", "order_late", "product_price", "product_availability"}


def few(name: str) -> tuple[Utterance, ...]:
    """The messages that ask only for some flows: the first ten of each, and those that ask for several."""
    taken: Counter[str] = Counter()
    found = []
    for utterance in voices()[name]:
        taken[utterance.flows[0]] += 1
        if set(utterance.flows) <= FLOWS and (taken[utterance.flows[0]] <= 10 or len(utterance.flows) > 1):
            found.append(utterance)
    return tuple(found)


def test_the_same_voices_give_the_same_file(tmp_path: Path) -> None:
    small = {name: few(name) for name in ("minas_dono_idoso", "goias_rede_suprimentos")}
    first, report = train(small)
    second, _ = train(dict(reversed(small.items())))
    model_file.save(first, tmp_path / "first.npz")
    model_file.save(second, tmp_path / "second.npz")
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    assert set(report["left_out"]) == set(small)
    assert report["voices"] == model_file.digests("voices")


def test_the_committed_model_is_small_and_complete() -> None:
    model = model_file.load()
    size = Path(model_file.__file__).parent.joinpath("model", model_file.WEIGHTS).stat().st_size
    assert size < 5_000_000
    assert len(model.flows.flows) == 37
    assert {label[2:] for label in model.tagger.labels if label != "O"} == {
        "o",
        "nf",
        "p",
        "q",
        "v",
        "d",
        "cnpj",
        "city",
        "s",
    }


def test_rounded_weights_keep_their_order_and_size() -> None:
    weights = np.array([[1.0, -2.0], [0.01, 0.5], [0.0, 0.0]], dtype=np.float32)
    table = Table.of(np.array([key("a"), key("b"), key("c")], dtype=np.uint32), weights)
    assert len(table.keys) == 2
    assert table.sums(["a"]) == pytest.approx([1.0, -2.0], rel=0.01)
    assert table.sums(["b"]) == pytest.approx([0.01, 0.5], rel=0.05)
    assert table.sums(["c", "unheard"]) == pytest.approx([0.0, 0.0])


def test_an_utterance_is_text_with_places() -> None:
    read = parse("order_place,human | manda {q:duas=2} {p:dipirona} e chama alguém")
    assert read.text == "manda duas dipirona e chama alguém"
    assert read.flows == ("order_place", "human")
    assert read.spans == (Span("q", 6, 10, "2"), Span("p", 11, 19, "dipirona"))


@pytest.mark.parametrize("line", ["bom dia", "| oi", "greeting |", "greeting | {x:1}", "greeting | {p:a"])
def test_an_utterance_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"\|"):
        parse(line)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("bom dia, tem dipirona?", "neutral"),
        ("vou no procon, vocês são incompetentes", "angry"),
        ("CADE MEU PEDIDO ATRASADO", "angry"),
        ("meu pedido está atrasado de novo, poxa", "upset"),
        ("cadê?????", "angry"),
        ("🤬", "angry"),
    ],
)
def test_how_a_message_sounds(text: str, heard: str) -> None:
    assert tone(tokens(text), text) == heard


@pytest.mark.parametrize(
    ("text", "put_right"),
    [
        ("não, o outro pedido", True),
        ("quis dizer 20 caixas", True),
        ("opa, era 10", True),
        ("não quero mais receber mensagens", False),
        ("não chegou meu pedido", False),
        ("tem dipirona?", False),
    ],
)
def test_whether_a_message_puts_something_right(text: str, put_right: bool) -> None:
    assert corrects(tokens(text)) is put_right
