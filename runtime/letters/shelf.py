"""All dead letters and what became of them, read from the broker."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from confluent_kafka import Message

from runtime import dead_letter
from runtime.codec import Decoder
from runtime.errors import BadRecord, UserError
from runtime.letters import reading
from runtime.letters.letter import Letter, Place, Selection, newest_of_each, place_of
from runtime.settings import KafkaSettings
from schemas.access import groups, retry_topic
from schemas.topic import KeyType, Topic
from schemas.topics import BY_NAME, LETTER_DECISIONS, TOPICS


@dataclass(slots=True)
class Shelf:
    """What was found. ``sent`` are the places whose letter is in its group's retry topic, ``decided`` what was recorded
    last of a place; ``names`` are those of all letters, older editions too; ``strangers`` counts records of dead-letter
    topics that are none."""

    letters: dict[Place, Letter] = field(default_factory=dict)
    names: dict[str, Place] = field(default_factory=dict)
    sent: set[Place] = field(default_factory=set)
    decided: dict[Place, str] = field(default_factory=dict)
    strangers: int = 0

    def waiting(self) -> list[Letter]:
        """The letters that nobody sent back or discarded, oldest first."""
        found = [letter for place, letter in self.letters.items() if self.state(place) == "waiting"]
        return sorted(found, key=lambda letter: (letter.written_ms, letter.ref))

    def state(self, place: Place) -> str:
        """``waiting``, ``redriven`` or ``discarded``."""
        if place in self.sent:
            return "redriven"
        decided = self.decided.get(place)
        return decided if decided in {"redriven", "discarded"} else "waiting"

    def unrecorded(self) -> list[Letter]:
        """The letters that were sent back by a run that ended before it could record so."""
        return [
            self.letters[place] for place in self.sent & self.letters.keys() if self.decided.get(place) != "redriven"
        ]

    def find(self, ref: str) -> Letter:
        """The letter of that name, in its newest edition. Raises ``UserError``."""
        name, _, at = ref.rpartition("@")
        if not name or not at.isdecimal():
            raise UserError(f"{ref!r} names no dead letter: write TOPIC@NUMBER, as `balcao dlq list` shows it.")
        if ref not in self.names:
            raise UserError(f"There is no dead letter {ref}, or no more: `balcao dlq list` shows what waits.")
        return self.letters[self.names[ref]]


def read(
    settings: KafkaSettings,
    decoder: Decoder,
    *,
    topics: Iterable[Topic] = TOPICS,
    consumers: Sequence[str] | None = None,
    seconds: float = 15,
) -> Shelf:
    """Everything of those topics, without values. Blocks. Raises ``UserError``, ``RegistryUnavailable``.

    ``consumers`` are the groups whose retry topics tell what was sent back; the stations' when left out.
    """
    shelves = {topic.dead_letter: topic for topic in topics}
    returns = {retry_topic(group): group for group in (groups() if consumers is None else consumers)}
    shelf, letters = Shelf(), []
    wanted = reading.spans(settings, [*shelves, *returns, LETTER_DECISIONS.name], seconds=seconds)
    for message in reading.read(settings, wanted):
        name = str(message.topic())
        if name == LETTER_DECISIONS.name:
            _decide(shelf, decoder.decode(message.value() or b""))
        elif name in returns:
            _returned(shelf, message)
        elif (letter := letter_of(message, value=False)) is not None:
            letters.append(letter)
        else:
            shelf.strangers += 1
    shelf.letters = newest_of_each(letters)
    shelf.names = {letter.ref: letter.place for letter in letters}
    return shelf


def letter_of(message: Message, *, value: bool = True) -> Letter | None:
    """The letter that the message is; ``None`` for a record without our headers."""
    headers = reading.headers(message)
    try:
        said = dead_letter.read(headers)
    except ValueError:
        return None
    written = message.timestamp()[1]
    return Letter(message.offset() or 0, written, said, message.key(), message.value() if value else None, headers)


def whole(settings: KafkaSettings, letters: Sequence[Letter]) -> Iterator[Letter]:
    """Those letters with their values, in order within a topic. Blocks. Raises ``UserError``."""
    wanted = {(BY_NAME[letter.said.topic].dead_letter, letter.at) for letter in letters}
    spans: dict[str, tuple[int, int]] = {}
    for name, at in wanted:
        first, end = spans.get(name, (at, at + 1))
        spans[name] = (min(first, at), max(end, at + 1))
    for message in reading.read(settings, spans):
        if (str(message.topic()), message.offset()) in wanted and (letter := letter_of(message)) is not None:
            yield letter


def choose(shelf: Shelf, selection: Selection, decoder: Decoder) -> list[Letter]:
    """The waiting letters that are meant, oldest first. Raises ``UserError`` for a name that waits no more."""
    meant = [shelf.find(ref) for ref in selection.refs]
    for letter in meant:
        if (state := shelf.state(letter.place)) != "waiting":
            raise UserError(f"{letter.ref} was {state} already.")
    # an older edition's name means the newest
    selection = replace(selection, refs=frozenset(letter.ref for letter in meant))
    return [letter for letter in shelf.waiting() if selection.takes(letter, key_of(letter, decoder))]


def key_of(letter: Letter, decoder: Decoder) -> Any:
    """The record's key, decoded; its bytes as text where it cannot be."""
    if letter.key is None:
        return None
    topic = BY_NAME.get(letter.said.topic)
    if topic is not None and topic.key is KeyType.AVRO:
        try:
            return decoder.decode(letter.key)
        except BadRecord:
            return letter.key.hex()
    return letter.key.decode(errors="backslashreplace")


def _decide(shelf: Shelf, decision: Mapping[str, Any]) -> None:
    place = Place(
        decision["letter_topic"],
        decision["letter_partition"],
        decision["letter_offset"],
        decision["consumer_group"],
        decision["letter_round"],
    )
    shelf.decided[place] = decision["action"]


def _returned(shelf: Shelf, message: Message) -> None:
    try:
        said = dead_letter.read(reading.headers(message))
    except ValueError:
        shelf.strangers += 1
        return
    place = place_of(said, said.offset)
    shelf.sent.add(place._replace(round=place.round - 1))
