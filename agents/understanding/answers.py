"""Messages that only answer what we asked: a bare yes, a bare number, a bare name. Pure."""

from dataclasses import replace

from agents.understanding import numbers, values
from agents.understanding.normalise import words as lexicon
from agents.understanding.protocol import Context, Entities, Item
from agents.understanding.reading import Reading
from agents.understanding.vocabulary import RARE, Vocabulary

_LONGEST = 4


def is_bare(reading: Reading) -> bool:
    """Whether the message is a yes, a no or a number and nothing else: without our question it asks for nothing."""
    said = [word for word in reading.words if word[0].isalnum()]
    if not said or len(said) > _LONGEST:
        return False
    if len(said) == 1 and said[0].isdigit():
        return len(said[0]) <= _LONGEST and int(said[0]) > 10
    return all(word in lexicon("answers.txt") for word in said)


def complete(named: Entities, reading: Reading, context: Context, vocabulary: Vocabulary) -> Entities:
    """The entities with what a bare number or name says for the slot that was asked for."""
    if context.awaiting is None:
        return named
    said = [token for token in reading.row if token.word[0].isalnum()]
    if len(said) == 1 and numbers.is_number(said[0].word):
        return _number(named, reading.text[said[0].start : said[0].end], context.awaiting_slot or "")
    if named.products or not 0 < len(said) <= 3 or (context.awaiting_slot or "product") not in ("product", "products"):
        return named
    if any(vocabulary.band(token.word) < RARE for token in said):
        return named
    product = reading.text[said[0].start : said[-1].end]
    return replace(named, products=(product,), items=(Item(product),))


def _number(named: Entities, written: str, slot: str) -> Entities:
    if slot == "quantity":
        count = values.quantity([written])
        return replace(named, quantities=(count,) if count else (), prices=(), scores=(), order_numbers=())
    if slot == "order_number":
        return replace(named, order_numbers=(written,), invoice_numbers=(), quantities=(), prices=(), scores=())
    if slot == "invoice_number":
        return replace(named, invoice_numbers=(written,), order_numbers=(), quantities=(), prices=(), scores=())
    return named
