"""Makes a turn take effect: one transaction holds the messages, the turn, the new state and what is sent."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from psycopg import AsyncConnection

from agents.customer.case import Case, Ids
from agents.engine.heard import storable
from agents.engine.turn import Turn
from agents.identity import Identity
from runtime.codec import Encoder
from schemas.records.conversations import InboundMessage
from schemas.topics import ESCALATION, REPLY
from store import conversations, escalations, outbox, pharmacy_facts, turn_writes
from store.conversations import Conversation, Inbound, Parties
from store.outbox import OutboxEvent
from store.pool import Pool
from store.turn_writes import Outbound, TurnWrite


class ConversationChangedError(Exception):
    """The conversation is not as it was when the turn was decided, or a message had its turn: decide again."""


class TurnTransaction:
    """The transaction of one turn: committed when its ``async with`` is left, rolled back when that raises.

    It begins, and takes the conversation's lock, with the first write of the turn; without one, when the turn is
    recorded, mostly by a single statement. So a write on the marketplace is done by whoever holds the conversation, and
    a crash before the commit leaves the messages without a turn: they come again, and the write finds itself done.
    ``encoder`` has prepared ``REPLY`` and ``ESCALATION``; ``seen`` is the conversation that the turn is decided on,
    ``now`` when.
    """

    def __init__(
        self,
        platform: Pool,
        encoder: Encoder,
        *,
        messages: Sequence[InboundMessage],
        identity: Identity,
        seen: Conversation | None,
        now: datetime,
    ) -> None:
        self._platform = platform
        self._encoder = encoder
        self._messages = messages
        self._identity = identity
        self._seen = seen
        self.now = now
        self._ids = Ids.of(messages[0]["message_id"])
        self._stack = AsyncExitStack()
        self._held: tuple[AsyncConnection[Any], Conversation] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def hold(self) -> None:
        """Takes the conversation's lock, once; waits for another turn that has it.

        Raises ``ConversationChangedError`` when the conversation is another than ``seen`` by now.
        """
        await self._hold()

    async def record(self, turn: Turn, *, recorded_at: datetime) -> None:
        """Writes the turn and what it sends. Raises ``ConversationChangedError`` as ``hold`` does."""
        seen = self._held[1] if self._held is not None else self._seen
        conversation = seen.id if seen is not None else self._ids.conversation
        case = Case(turn, self._messages, self._identity, conversation, self._ids, self.now, recorded_at)
        if self._held is not None:
            connection = self._held[0]
        else:
            connection = await self._stack.enter_async_context(self._platform.connection())
            if case.is_more_than_one_statement:
                await self._stack.enter_async_context(connection.transaction())
        if not await turn_writes.write(connection, self._written(case, seen)):
            raise ConversationChangedError
        escalation = case.escalation_row()
        if escalation is not None and await escalations.open_once(connection, escalation):
            event = case.escalation(escalation)
            await escalations.seal(connection, escalation.id, event)
            raw = self._encoder.encode(ESCALATION, event)
            await outbox.add(connection, [_event(case, "escalation", ESCALATION.name, raw)])
        if turn.rating is not None:
            await conversations.rate(connection, conversation, rating=turn.rating, now=self.now)
        await pharmacy_facts.note(connection, case.facts())

    def _written(self, case: Case, seen: Conversation | None) -> TurnWrite:
        turn = case.turn
        events, said = [], None
        if turn.text:
            answered = case.answers["message_id"]
            said = Outbound(command_id=case.ids.command, text=turn.text, in_reply_to=answered)
            events = [_event(case, "reply", REPLY.name, self._encoder.encode(REPLY, case.reply()))]
        return TurnWrite(
            seen=seen,
            parties=self._parties(),
            messages=[] if self._held is not None else self._inbound(),
            turn=case.turn_row(),
            outbound=said,
            events=events,
            state="escalated" if turn.escalate is not None else seen.state if seen is not None else "open",
            slots=turn.memory.dump(),
            now=self.now,
        )

    def _parties(self) -> Parties:
        first = self._messages[0]
        return Parties(
            contact=first["contact"],
            phone_number_id=first["phone_number_id"],
            contact_id=self._identity.contact_id,
            pharmacy_id=self._identity.pharmacy_id,
        )

    def _inbound(self) -> list[Inbound]:
        return [
            Inbound(
                id=Ids.of(message["message_id"]).inbound,
                channel_message_id=message["message_id"],
                kind=message["kind"],
                text=None if message["text"] is None else storable(message["text"]),
                reply_to=message["reply_to"],
                sent_at=message["sent_at"],
            )
            for message in self._messages
        ]

    async def _hold(self) -> tuple[AsyncConnection[Any], Conversation]:
        if self._held is not None:
            return self._held
        connection = await self._stack.enter_async_context(self._platform.connection())
        await self._stack.enter_async_context(connection.transaction())
        conversation = await conversations.open_or_get(
            connection, new_id=self._ids.conversation, parties=self._parties(), now=self.now
        )
        if not await conversations.record_inbound(connection, conversation.id, self._inbound()):
            raise ConversationChangedError
        _compare(conversation, self._seen, self._ids)
        self._held = connection, conversation
        return self._held


def _event(case: Case, kind: str, topic: str, payload: bytes) -> OutboxEvent:
    event_id = case.ids.escalation if kind == "escalation" else case.ids.command
    return OutboxEvent(id=event_id, aggregate_type=kind, key=case.answers["contact"], topic=topic, payload=payload)


def _compare(conversation: Conversation, seen: Conversation | None, ids: Ids) -> None:
    """Raises ``ConversationChangedError`` unless the locked conversation is what the turn was decided on."""
    expected = (seen.id, seen.state, seen.slots) if seen else (ids.conversation, "open", {})
    if (conversation.id, conversation.state, conversation.slots) != expected:
        raise ConversationChangedError
