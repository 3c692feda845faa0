"""One redrive at a time: whoever sends letters back holds the one partition of a consumer group's topic meanwhile.

The group keeps a partition where it is while its owner is alive (cooperative-sticky), gives it to nobody else before
the owner's session has ended, and needs no other server than the broker that the letters are in anyway. What was sent
back is read only after the turn has come, so that what the run before sent is known.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings
from schemas.topics import LETTER_DECISIONS

GROUP = "balcao.letters.redrive"
_SESSION_SECONDS = 10.0
_POLL_SECONDS = 0.1
_BUSY = (
    "Another redrive is at work, or was killed a moment ago: run it again when that has ended. "
    "What it sends back is not sent a second time."
)
_TROUBLE = "The broker does not give us a turn to send letters back ({}); look at `balcao status`."
_REFUSED = (
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._AUTHENTICATION,
)
_LOST = "This redrive stood still for so long that another one may have begun: run it again, it goes on where it ended."


class Turn:
    """A context manager that is entered by one process at a time; ``check`` says whether it still is ours."""

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        patience_seconds: float = 1.5 * _SESSION_SECONDS,
        group: str = GROUP,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``patience_seconds`` is for how long the turn is waited for; a killed holder's session ends within it."""
        self._patience = patience_seconds
        self._monotonic = monotonic
        self._settled = threading.Event()
        self._owned = threading.Event()
        self._lost = threading.Event()
        self._trouble: str | None = None
        self._stopping = threading.Event()
        self._alive_at = monotonic()
        self._consumer = Consumer(
            {
                **librdkafka(settings),
                "group.id": group,
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": int(_SESSION_SECONDS * 1000),
                "heartbeat.interval.ms": 1000,
                "enable.auto.commit": False,
                "auto.offset.reset": "latest",
                "error_cb": self._noticed,
                "log_level": 0,
            }
        )
        self._thread = threading.Thread(target=self._hold, name="redrive turn", daemon=True)

    def __enter__(self) -> Self:
        """Blocks until the turn has come. Raises ``UserError`` when it does not in time, or the broker refuses."""
        self._consumer.subscribe(
            [LETTER_DECISIONS.name], on_assign=self._given, on_revoke=self._taken, on_lost=self._taken
        )
        self._thread.start()
        self._settled.wait(self._patience)
        if not self._owned.is_set():
            self._leave()
            raise UserError(_BUSY if self._trouble is None else _TROUBLE.format(self._trouble.rstrip(".")))
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def check(self) -> None:
        """Raises ``UserError`` when the turn is not ours for certain: it was taken, or this process stood still.

        Nobody else gets it before our session has ended; so half of a session without a look at the group is the most.
        """
        if self._lost.is_set() or self._monotonic() - self._alive_at > _SESSION_SECONDS / 2:
            raise UserError(_LOST)

    def _hold(self) -> None:
        while not self._stopping.is_set():
            message = self._consumer.poll(_POLL_SECONDS)
            if message is not None and (error := message.error()) is not None:
                self._noticed(error)
            now = self._monotonic()
            if now - self._alive_at > _SESSION_SECONDS / 2 and self._owned.is_set():
                self._lost.set()
                return
            self._alive_at = now

    def _given(self, consumer: Consumer, partitions: list[Any]) -> None:
        if partitions:
            consumer.incremental_assign(partitions)
            # it is held, not read
            consumer.pause(partitions)
            self._trouble = None
            self._owned.set()
            self._settled.set()

    def _taken(self, _consumer: Consumer, partitions: list[Any]) -> None:
        if partitions:
            self._lost.set()

    def _noticed(self, error: KafkaError) -> None:
        self._trouble = error.str()
        if error.fatal() or error.code() in _REFUSED:
            self._lost.set()
            self._settled.set()

    def _leave(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._consumer.close()
