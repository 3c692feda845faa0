"""From a genuine body to confirmed records: everything a payload holds, in one send."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import orjson

from connectors.whatsapp.payload import Misfit, Parsed, parse
from runtime import dead_letter
from runtime.codec import Encoder
from runtime.errors import BadRecord
from runtime.producer import Message
from runtime.records import Record
from schemas.topic import Topic
from schemas.topics import DELIVERY, INBOUND

GROUP = "connectors.whatsapp"
LARGEST_RECORD = 900_000
"""Bytes; the broker takes records of up to about 1 MB."""


class TooLargeError(Exception):
    """The body is no payload and does not fit a record, so that it could not be kept whole."""


class Sender(Protocol):
    """The part of ``runtime.producer.Producer`` that the intake needs."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Returns after the broker confirmed all of them; raises ``ProduceError``."""
        ...


class Intake:
    """Takes genuine bodies. ``encoder`` has prepared ``INBOUND`` and ``DELIVERY``."""

    def __init__(self, encoder: Encoder, producer: Sender) -> None:
        self._encoder = encoder
        self._producer = producer

    async def take(self, body: bytes, *, received_at: datetime) -> Parsed:
        """Returns when the broker has everything.

        A body that is no payload is kept whole in ``INBOUND``'s dead-letter topic, a part that is no record likewise.
        Raises ``ProduceError`` when the broker did not confirm, ``TooLargeError`` when a bad body cannot be kept.
        """
        try:
            parsed = parse(body, received_at=received_at)
        except BadRecord as error:
            parsed = Parsed(misfits=[Misfit(body, None, error)])
        records = list(self._records(parsed))
        if any(len(misfit.body) > LARGEST_RECORD for misfit in parsed.misfits):
            raise TooLargeError
        await self._producer.send([*records, *self._letters(parsed, received_at)])
        return parsed

    def _records(self, parsed: Parsed) -> Iterator[Message]:
        """What fits its topic; what does not joins the misfits, so that it is kept and the rest goes on."""
        values: list[tuple[Topic, str, Mapping[str, Any]]] = [
            *((INBOUND, message["contact"], message) for message in parsed.messages),
            *((DELIVERY, update["contact"], update) for update in parsed.updates),
        ]
        for topic, key, value in values:
            try:
                encoded = self._encoder.encode(topic, value)
            except BadRecord as error:
                parsed.misfits.append(Misfit(orjson.dumps(value), key, error))
            else:
                yield Message(topic.name, key, encoded)

    def _letters(self, parsed: Parsed, received_at: datetime) -> Iterator[Message]:
        """A dead letter's key is the contact, else the body's digest: the same garbage sent again has the same key."""
        for misfit in parsed.misfits:
            key = misfit.contact or hashlib.sha256(misfit.body).hexdigest()
            record = Record(
                offset=-1,
                timestamp_ms=int(received_at.timestamp() * 1000),
                key=key,
                value=None,
                headers={},
                raw_key=key.encode(),
                raw_value=misfit.body,
            )
            yield dead_letter.message(INBOUND, -1, record, misfit.error, group=GROUP)
