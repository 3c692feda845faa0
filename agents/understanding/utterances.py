"""Utterance files: one writer's messages, each with its flows and with what it names marked at its place.

A line reads ``flow[,flow2] | text``; a mark ``{q:duas=2}`` shows ``duas`` and means ``2``, ``{o:10002233}`` means what
it shows. Lines that start with ``#`` say who speaks.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

KINDS = ("o", "nf", "p", "q", "v", "d", "cnpj", "city", "s")
"""Order number, invoice number, product, quantity, price ("valor"), date, CNPJ, city, score."""
_MARK = re.compile(rf"\{{({'|'.join(KINDS)}):([^{{}}]*)\}}")


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` names something of ``kind``; ``value`` is what it means."""

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message as somebody wrote it, the flows it asks for in order, and what it names."""

    text: str
    flows: tuple[str, ...]
    spans: tuple[Span, ...]


def parse(line: str) -> Utterance:
    """Reads one line. Raises ``ValueError`` when it has no flow, no text, or a brace that is no mark."""
    stated, bar, marked = line.partition("|")
    flows = tuple(name.strip() for name in stated.split(",") if name.strip())
    if not bar or not flows or not marked.strip():
        raise ValueError(f"an utterance reads 'flow | text': {line!r}")
    marked = marked.strip()
    text, spans, after = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[after : match.start()]
        shown, _, value = match[2].partition("=")
        spans.append(Span(match[1], len(text), len(text) + len(shown), value or shown))
        text += shown
        after = match.end()
    text += marked[after:]
    if "{" in text or "}" in text:
        raise ValueError(f"a brace that is no mark: {line!r}")
    return Utterance(text, flows, tuple(spans))


@cache
def voices() -> dict[str, tuple[Utterance, ...]]:
    """Every writer's utterances by the file's name, in the order of the names."""
    folder = resources.files("agents.understanding").joinpath("voices")
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".txt")), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".txt"): _read(entry.read_text(encoding="utf-8")) for entry in files}


def _read(text: str) -> tuple[Utterance, ...]:
    return tuple(parse(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))
