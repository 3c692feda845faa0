"""What can be done with dead letters: change one, send some back to the group that failed on them, set some aside.

Sending back writes to the group's retry topic first and records the decision after; the retry topic tells a later run
what was sent. So a run that ended in the middle is gone on with by the next, and a letter goes back once. Two runs at
the very same time take turns (``runtime.letters.turn``).
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from runtime import dead_letter
from runtime.codec import Encoder
from runtime.errors import UserError
from runtime.kafka import LETTER_BYTES, librdkafka
from runtime.letters import reading
from runtime.letters.letter import Letter
from runtime.letters.shelf import Shelf, whole
from runtime.letters.turn import Turn
from runtime.settings import KafkaSettings
from runtime.topic_replay import Pace
from schemas.access import retry_topic
from schemas.records.operations import LetterAction
from schemas.topics import BY_NAME, LETTER_DECISIONS

_SECONDS = 30
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Operator:
    """Who decides, why, and when, for the record that is kept."""

    name: str
    reason: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter that was not sent back, and why, as a sentence."""

    letter: Letter
    why: str


class Desk:
    """Writes what is decided. Methods block. Close it at the end."""

    def __init__(self, settings: KafkaSettings, encoder: Encoder, operator: Operator) -> None:
        """``encoder`` has prepared ``LETTER_DECISIONS``."""
        self._settings = settings
        self._encoder = encoder
        self._operator = operator
        self._failed: list[str] = []
        self._producer = Producer(
            {
                **librdkafka(settings),
                "acks": "all",
                "enable.idempotence": True,
                "message.max.bytes": LETTER_BYTES,
                "linger.ms": 5,
                "log_level": 3,
            }
        )

    def close(self) -> None:
        """Waits for what is under way."""
        self._producer.flush(_SECONDS)

    def redrive(self, shelf: Shelf, letters: Sequence[Letter], pace: Pace, turn: Turn) -> int:
        """Sends the letters back to their groups, at that pace; how many. Again sends none of them a second time.

        ``returnable`` must have let them through, and ``shelf`` been read within the turn. Raises ``UserError`` when
        the broker did not confirm all, or the turn was lost.
        """
        self._decided(shelf.unrecorded(), "redriven")
        sent = 0
        wanted = [letter for letter in letters if letter.place not in shelf.sent]
        for chunk in _chunks(whole(self._settings, wanted)):
            for letter in chunk:
                pace.wait()
                turn.check()
                headers = {**letter.headers, dead_letter.ROUND: str(letter.said.round + 1).encode()}
                self._send(retry_topic(letter.said.group), letter.key, letter.value, headers)
            self._confirmed()
            self._decided(chunk, "redriven")
            shelf.sent |= {letter.place for letter in chunk}
            sent += len(chunk)
        return sent

    def discard(self, letters: Sequence[Letter]) -> None:
        """Records that they are not to be taken again; the letters themselves stay until they are too old."""
        self._decided(letters, "discarded")

    def edit(self, letter: Letter, key: bytes | None, value: bytes) -> None:
        """Writes the letter's newer edition beside it. The record that could not be taken stays as it was."""
        headers = {**letter.headers, dead_letter.EDIT: str(letter.said.edit + 1).encode()}
        self._send(BY_NAME[letter.said.topic].dead_letter, key, value, headers)
        self._confirmed()
        self._decided([letter], "edited")

    def _decided(self, letters: Iterable[Letter], action: LetterAction) -> None:
        for letter in letters:
            place = letter.place
            decision = {
                "decision_id": str(uuid.uuid4()),
                "letter_topic": place.topic,
                "letter_partition": place.partition,
                "letter_offset": place.offset,
                "letter_round": place.round,
                "consumer_group": place.group,
                "cause": letter.said.cause,
                "action": action,
                "reason": self._operator.reason,
                "operator": self._operator.name,
                "decided_at": self._operator.at,
            }
            value = self._encoder.encode(LETTER_DECISIONS, decision)
            self._send(LETTER_DECISIONS.name, place.key.encode(), value, {})
        self._confirmed()

    def _send(self, topic: str, key: bytes | None, value: bytes | None, headers: Mapping[str, bytes]) -> None:
        while True:
            try:
                self._producer.produce(
                    topic, value=value, key=key, headers=list(headers.items()), on_delivery=self._report
                )
            except BufferError:
                self._producer.poll(0.1)
            else:
                self._producer.poll(0)
                return

    def _report(self, error: Any, _message: Any) -> None:
        if error is not None:
            self._failed.append(str(error.name()))

    def _confirmed(self) -> None:
        left = self._producer.flush(_SECONDS)
        if left or self._failed:
            causes = ", ".join(sorted(set(self._failed))) or "no answer"
            raise UserError(f"{left + len(self._failed)} records were not confirmed ({causes}): run it again.")


def returnable(settings: KafkaSettings, letters: Sequence[Letter]) -> tuple[list[Letter], list[Kept]]:
    """The letters that can go back, and the others with their reasons. Blocks. Raises ``UserError``.

    A record that its group has not committed yet may still be taken by the group itself: sending it back then could
    make two of it.
    """
    groups = sorted({letter.said.group for letter in letters if letter.returnable})
    there = reading.spans(settings, [retry_topic(group) for group in groups])
    positions = {group: _committed(settings, group, letters) for group in groups if retry_topic(group) in there}
    good, kept = [], []
    for letter in letters:
        said = letter.said
        if not letter.returnable:
            kept.append(Kept(letter, f"{said.group} never wrote it to {said.topic}: it can only be discarded"))
        elif said.group not in positions:
            kept.append(Kept(letter, f"there is no topic {retry_topic(said.group)}: run `balcao topics apply`"))
        elif said.round == 0 and positions[said.group].get((said.topic, said.partition), -1) <= said.offset:
            kept.append(Kept(letter, f"{said.group} has not committed it yet: it is still in that station's hands"))
        else:
            good.append(letter)
    return good, kept


def _committed(settings: KafkaSettings, group: str, letters: Iterable[Letter]) -> dict[tuple[str, int], int]:
    places = {(each.said.topic, each.said.partition) for each in letters if each.said.group == group}
    asked = ConsumerGroupTopicPartitions(group, [TopicPartition(*place) for place in sorted(places)])
    admin = AdminClient({**librdkafka(settings), "log_level": 0})
    try:
        answer = admin.list_consumer_group_offsets([asked], request_timeout=_SECONDS)[group].result()
    except KafkaException as error:
        raise UserError(f"The broker does not tell where {group} is: {error.args[0].str().rstrip('.')}.") from error
    return {(found.topic, found.partition): found.offset for found in answer.topic_partitions}


def _chunks(letters: Iterable[Letter]) -> Iterable[list[Letter]]:
    chunk: list[Letter] = []
    for letter in letters:
        chunk.append(letter)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
