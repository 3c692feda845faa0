"""The customer agent as a station's processor: each message one turn, in order within a contact."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from agents.customer.case import Ids
from agents.customer.record import ConversationChangedError, TurnTransaction
from agents.customer.unfinished import unfinished
from agents.engine.decide import decide
from agents.engine.heard import heard
from agents.engine.turn import Turn, silence
from agents.flows.catalogue import CATALOGUE
from agents.flows.registry import Flows
from agents.identity import Identity, identify
from agents.llm.models import Models
from agents.media.reader import Readers
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
from schemas.topics import ESCALATION, INBOUND, LLM_USAGE, REPLY
from store import contacts, pharmacy_facts, product_names, turn_context
from store.conversations import Conversation
from store.pool import Pool
from store.turn_context import Glance

log = structlog.get_logger(__name__)

_AWAY = (psycopg.OperationalError, PoolTimeout)
_PATIENCE = Backoff(first=0.1, ceiling=5.0, attempts=None)
"""A database that is away is waited for: a message is never given up because of it."""
_WORDLESS = frozenset({"reaction", "system", "unsupported", "ephemeral"})
"""Types of the channel that ask for no answer."""
PATIENCE_SECONDS = 1.5
LONGEST_PATIENCE_SECONDS = 4.0
"""How long after a message that seems unfinished, and after the first of several, its answer is held back at most."""


class CustomerAgent(KeyedProcessor):
    """Answers contacts. Pools come closed; the agent opens and closes them. A turn is one platform transaction.

    What a contact wrote while a turn ran, or within a moment of a greeting, is answered together.
    """

    name = "customer"
    topics = (INBOUND,)
    burst = 12

    def __init__(
        self,
        *,
        platform: Pool,
        marketplace: Pool,
        writer: Pool,
        search: ProductSearch,
        encoder: Encoder,
        clock: Clock,
        understanding: Understanding | None = None,
        models: Models | None = None,
        media: Readers | None = None,
        flows: Flows = CATALOGUE,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``understanding`` is the offline one, with the live catalogue's names, when left out. ``media`` reads files.

        ``models`` puts language models in front of it; they are started and stopped with the agent.

        ``close`` is awaited when the agent stops; it closes what ``search`` uses.
        """
        self._platform = platform
        self._marketplace = marketplace
        self._writer = writer
        self._search = search
        self._encoder = encoder
        self._clock = clock
        self._understanding = understanding
        self._models = models
        self._media = media
        self._flows = flows
        self._close = close

    async def start(self) -> None:
        await asyncio.to_thread(self._encoder.prepare, REPLY, ESCALATION, LLM_USAGE)
        await self._platform.open(wait=True)
        await self._marketplace.open(wait=True)
        await self._writer.open(wait=True)
        if self._understanding is None:
            async with self._marketplace.connection() as connection:
                names = await product_names.named(connection)
            self._understanding = await asyncio.to_thread(OfflineUnderstanding, names)
            log.info("understanding ready", products=len(names))
        if self._media is not None:
            await self._media.open()
        if self._models is not None:
            self._understanding = await self._models.start(self._understanding)

    async def stop(self) -> None:
        if self._models is not None:
            await self._models.close()
        if self._media is not None:
            await self._media.close()
        await self._platform.close()
        await self._marketplace.close()
        await self._writer.close()
        if self._close is not None:
            await self._close()

    def key(self, record: Record) -> str:
        return str(record.value["contact"])

    async def handle(self, topic: Topic, partition: int, record: Record) -> None:
        """One turn. Returns when it is in the database, also when an earlier delivery put it there."""
        await self.handle_burst(topic, partition, [record])

    async def handle_burst(self, topic: Topic, partition: int, records: Sequence[Record]) -> None:
        """One turn for all that a contact wrote to one of our numbers; in order, one number after the other."""
        messages: dict[str, InboundMessage] = {record.value["message_id"]: record.value for record in records}
        for _, group in groupby(messages.values(), key=itemgetter("phone_number_id")):
            await self.answer(list(group))

    def patience(self, records: Sequence[Record]) -> float:
        """A moment for what breaks off or only greets, counted from its receipt; nothing for a whole question."""
        newest: InboundMessage = records[-1].value
        if newest["kind"] != "text" or not unfinished(newest["text"] or ""):
            return 0.0
        now = self._clock.now()
        first: InboundMessage = records[0].value
        return min(
            PATIENCE_SECONDS - (now - newest["received_at"].timestamp()),
            LONGEST_PATIENCE_SECONDS - (now - first["received_at"].timestamp()),
        )

    async def answer(self, messages: Sequence[InboundMessage]) -> Turn | None:
        """One turn for messages of one contact to one number; ``None`` when each had its turn before.

        Returns when it is in the database.
        """
        begun = self._clock.monotonic()
        turn = await retry(lambda: self._take(messages), backoff=_PATIENCE, on=_AWAY, clock=self._clock)
        if turn is not None:
            metrics.TURNS.labels(turn.flow, turn.outcome).inc()
            metrics.TURN_SECONDS.observe(self._clock.monotonic() - begun)
        return turn

    async def _take(self, messages: Sequence[InboundMessage]) -> Turn | None:
        """The turn taken now; ``None`` when every message had its turn before."""
        first = messages[0]
        while True:
            now = self._now()
            async with self._platform.connection() as connection:
                glance = await turn_context.glance(
                    connection,
                    message_ids=[message["message_id"] for message in messages],
                    contact=first["contact"],
                    phone_number_id=first["phone_number_id"],
                    now=now,
                )
            fresh = [message for message in messages if message["message_id"] not in glance.taken]
            if not fresh:
                return None
            identity = await self._identify(first["contact"])
            transaction = TurnTransaction(
                self._platform, self._encoder, messages=fresh, identity=identity, seen=glance.conversation, now=now
            )
            try:
                async with transaction:
                    turn = await self._decide(fresh, identity, glance, transaction)
                    await transaction.record(turn, recorded_at=self._now())
            except ConversationChangedError:
                log.info("the conversation changed meanwhile; deciding again")
                continue
            return turn

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    async def _identify(self, contact: str) -> Identity:
        async with self._marketplace.connection() as connection:
            return replace(identify(await contacts.by_whatsapp_id(connection, contact)), phone=contact)

    async def _decide(
        self, messages: Sequence[InboundMessage], identity: Identity, glance: Glance, transaction: TurnTransaction
    ) -> Turn:
        assert self._understanding is not None
        now, conversation = transaction.now, glance.conversation
        memory = _remembered(conversation, identity, now)
        asking = [message for message in messages if not _asks_nothing(message)]
        held = conversation is not None and conversation.state == "escalated"
        if held or not asking:
            return silence(memory, held=held)
        return await decide(
            heard(asking, await self._media.words(asking) if self._media is not None else None),
            identity=identity,
            memory=memory,
            facts=await self._facts(identity, glance, now),
            tools=Live(lambda: Desk(identity, self._marketplace, self._writer, self._search, now), transaction.hold),
            understanding=self._understanding,
            contact=asking[0]["contact"],
            conversation=str(conversation.id if conversation else Ids.of(asking[0]["message_id"]).conversation),
            now=now,
            flows=self._flows,
        )

    async def _facts(self, identity: Identity, glance: Glance, now: datetime) -> Mapping[str, Any]:
        """What is remembered of the contact's pharmacy; read with the glance unless the contact is new to us."""
        if identity.pharmacy_id is None or identity.pharmacy_id == glance.facts_of:
            return glance.facts if identity.pharmacy_id is not None else {}
        async with self._platform.connection() as connection:
            known = await pharmacy_facts.of_pharmacy(connection, identity.pharmacy_id, now=now)
        return {fact.name: fact.value for fact in known}


def _remembered(conversation: Conversation | None, identity: Identity, now: datetime) -> Memory:
    """The conversation's memory; a fresh one when the contact speaks for another pharmacy by now."""
    if conversation is None or conversation.pharmacy_id != identity.pharmacy_id:
        return Memory()
    return Memory.load(conversation.slots, last_message_at=conversation.last_message_at, now=now)


def _asks_nothing(message: InboundMessage) -> bool:
    """Whether the channel's own type of the message (a reaction, a notice) asks for no answer."""
    if message["kind"] != "other":
        return False
    try:
        original = orjson.loads(message["payload"])
    except orjson.JSONDecodeError:
        return False
    return isinstance(original, dict) and original.get("type") in _WORDLESS
