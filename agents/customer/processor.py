"""The customer agent as a station's processor: each message one turn, in order within a contact."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import orjson
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from agents.customer.record import ConversationChangedError, Recorder
from agents.engine.decide import decide
from agents.engine.turn import Turn, silence
from agents.identity import Identity, identify
from agents.memory import Memory
from agents.tools.desk import Desk, ProductSearch
from agents.tools.live import Live
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Understanding
from runtime import metrics
from runtime.clock import Clock
from runtime.codec import Encoder
from runtime.processor import KeyedProcessor
from runtime.records import Record
from runtime.retry import Backoff, retry
from schemas.records.conversations import InboundMessage
from schemas.topic import Topic
from schemas.topics import ESCALATION, INBOUND, REPLY
from store import contacts, product_names, turn_context
from store.conversations import Conversation
from store.pool import Pool

log = structlog.get_logger(__name__)

_AWAY = (psycopg.OperationalError, PoolTimeout)
_PATIENCE = Backoff(first=0.1, ceiling=5.0, attempts=None)
"""A database that is away is waited for: a message is never given up because of it."""
_WORDLESS = frozenset({"reaction", "system", "unsupported", "ephemeral"})
"""Types of the channel that ask for no answer."""


class CustomerAgent(KeyedProcessor):
    """Answers contacts. Pools come closed; the agent opens and closes them. A turn is one platform transaction."""

    name = "customer"
    topics = (INBOUND,)

    def __init__(
        self,
        *,
        platform: Pool,
        marketplace: Pool,
        search: ProductSearch,
        encoder: Encoder,
        clock: Clock,
        understanding: Understanding | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``understanding`` is the offline one, with the live catalogue's names, when left out.

        ``close`` is awaited when the agent stops; it closes what ``search`` uses.
        """
        self._platform = platform
        self._marketplace = marketplace
        self._search = search
        self._encoder = encoder
        self._clock = clock
        self._understanding = understanding
        self._close = close
        self._recorder = Recorder(encoder)

    async def start(self) -> None:
        await asyncio.to_thread(self._encoder.prepare, REPLY, ESCALATION)
        await self._platform.open(wait=True)
        await self._marketplace.open(wait=True)
        if self._understanding is None:
            async with self._marketplace.connection() as connection:
                names = await product_names.named(connection)
            self._understanding = await asyncio.to_thread(OfflineUnderstanding, names)
            log.info("understanding ready", products=len(names))

    async def stop(self) -> None:
        await self._platform.close()
        await self._marketplace.close()
        if self._close is not None:
            await self._close()

    def key(self, record: Record) -> str:
        return str(record.value["contact"])

    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        """One turn. Returns when it is in the database, also when an earlier delivery put it there."""
        message: InboundMessage = record.value
        begun = self._clock.monotonic()
        turn = await retry(lambda: self._take(message), backoff=_PATIENCE, on=_AWAY, clock=self._clock)
        if turn is not None:
            metrics.TURNS.labels(turn.flow, turn.outcome).inc()
            metrics.TURN_SECONDS.observe(self._clock.monotonic() - begun)

    async def _take(self, message: InboundMessage) -> Turn | None:
        """The turn taken now; ``None`` when the message had its turn before."""
        while True:
            async with self._platform.connection() as connection:
                glance = await turn_context.glance(
                    connection,
                    message_id=message["message_id"],
                    contact=message["contact"],
                    phone_number_id=message["phone_number_id"],
                )
            if glance.taken:
                return None
            identity = await self._identify(message["contact"])
            now = datetime.fromtimestamp(self._clock.now(), UTC)
            turn = await self._decide(message, identity, glance.conversation, now)
            try:
                async with self._platform.connection() as connection:
                    recorded = await self._recorder.record(
                        connection, turn, message=message, identity=identity, seen=glance.conversation, now=now
                    )
            except ConversationChangedError:
                log.info("the conversation changed meanwhile; deciding again")
                continue
            return turn if recorded else None

    async def _identify(self, contact: str) -> Identity:
        async with self._marketplace.connection() as connection:
            return identify(await contacts.by_whatsapp_id(connection, contact))

    async def _decide(
        self, message: InboundMessage, identity: Identity, conversation: Conversation | None, now: datetime
    ) -> Turn:
        assert self._understanding is not None
        last = conversation.last_message_at if conversation else None
        memory = Memory.load(conversation.slots if conversation else {}, last_message_at=last, now=now)
        held = conversation is not None and conversation.state == "escalated"
        if held or _asks_nothing(message):
            return silence(memory, held=held)
        return await decide(
            message,
            identity=identity,
            memory=memory,
            tools=Live(lambda: Desk(identity, self._marketplace, self._search), _hold),
            understanding=self._understanding,
            now=now,
        )


async def _hold() -> None:
    """No flow writes yet."""
    raise NotImplementedError


def _asks_nothing(message: InboundMessage) -> bool:
    """Whether the channel's own type of the message (a reaction, a notice) asks for no answer."""
    if message["kind"] != "other":
        return False
    try:
        original = orjson.loads(message["payload"])
    except orjson.JSONDecodeError:
        return False
    return isinstance(original, dict) and original.get("type") in _WORDLESS
