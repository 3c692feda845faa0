"""Puts a streamed answer together and notices one that runs away."""

from dataclasses import dataclass, field

from agents.llm.completion import RunawayAnswer

_CHARACTERS_A_TOKEN = 8
"""More than any language needs: an answer longer than this for each allowed token ignores the limit."""
_WINDOW = 32
_REPEATS = 8


@dataclass(slots=True)
class Collector:
    """Takes an answer's pieces in order. ``most_tokens`` is what the model was allowed."""

    most_tokens: int
    text: str = ""
    names: dict[int, str] = field(default_factory=dict)
    arguments: dict[int, str] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0

    def add_text(self, piece: str) -> None:
        """Words of the answer. Raises ``RunawayAnswer``."""
        self.text += piece
        self._watch(self.text)

    def add_call(self, index: int, name: str | None, arguments: str | None) -> None:
        """A piece of the ``index``-th call of a tool. Raises ``RunawayAnswer``."""
        if name:
            self.names[index] = self.names.get(index, "") + name
        if arguments:
            self.arguments[index] = self.arguments.get(index, "") + arguments
            self._watch(self.arguments[index])

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The calls of tools so far: name and JSON arguments, in order."""
        return [(name, self.arguments.get(index, "")) for index, name in sorted(self.names.items())]

    @property
    def size(self) -> int:
        """Characters received."""
        return len(self.text) + sum(len(part) for part in self.arguments.values())

    def _watch(self, whole: str) -> None:
        if self.size > self.most_tokens * _CHARACTERS_A_TOKEN:
            raise RunawayAnswer("the answer is longer than its limit")
        if repeats(whole):
            raise RunawayAnswer("the answer repeats itself")


def repeats(whole: str) -> bool:
    """Whether the text ends with one piece of 1 to 32 characters, blanks apart, said eight times or more."""
    tail = whole[-_WINDOW * _REPEATS :]
    for size in range(4, _WINDOW + 1):
        piece = tail[-size:]
        if len(tail) >= size * _REPEATS and piece.strip() and tail.endswith(piece * _REPEATS):
            return True
    return False
