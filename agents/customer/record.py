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
from store import conversations, escalations, outbox, pharmacy_facts, turns
from store.conversations import Conversation, State
from store.outbox import OutboxEvent
from store.pool import Pool


class ConversationChangedError(Exception):
    """The conversation is not as it was when the turn was decided, or a message had its turn: decide again."""


class TurnTransaction:
    """The transaction of one turn: committed when its ``async with`` is left, rolled back when that raises.

    It begins, and takes the conversation's lock, with the first write of the turn; without one, when the turn is
    recorded. So a write on the marketplace is done by whoever holds the conversation, and a crash before the commit
    leaves the messages without a turn: they come again, and the write finds itself done. ``encoder`` has prepared
    ``REPLY`` and ``ESCALATION``; ``seen`` is the conversation that the turn is decided on, ``now`` when.
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
        connection, conversation = await self._hold()
        case = Case(turn, self._messages, self._identity, conversation, self._ids, self.now, recorded_at)
        await turns.record(connection, case.turn_row())
        events = []
        if turn.text:
            await conversations.record_outbound(
                connection,
                command_id=case.ids.command,
                conversation_id=conversation.id,
                text=turn.text,
                in_reply_to=case.answers["message_id"],
                decided_at=self.now,
            )
            events.append(_event(case, "reply", REPLY.name, self._encoder.encode(REPLY, case.reply())))
        state: State = conversation.state
        escalation = case.escalation_row()
        if escalation is not None:
            state = "escalated"
            if await escalations.open_once(connection, escalation):
                event = case.escalation(escalation)
                await escalations.seal(connection, escalation.id, event)
                events.append(_event(case, "escalation", ESCALATION.name, self._encoder.encode(ESCALATION, event)))
        if turn.rating is not None:
            await conversations.rate(connection, conversation.id, rating=turn.rating, now=self.now)
        await pharmacy_facts.note(connection, case.facts())
        await conversations.change(connection, conversation.id, state=state, slots=turn.memory.dump(), now=self.now)
        if events:
            await outbox.add(connection, events)

    async def _hold(self) -> tuple[AsyncConnection[Any], Conversation]:
        if self._held is not None:
            return self._held
        connection = await self._stack.enter_async_context(self._platform.connection())
        await self._stack.enter_async_context(connection.transaction())
        first = self._messages[0]
        conversation = await conversations.open_or_get(
            connection,
            new_id=self._ids.conversation,
            contact=first["contact"],
            phone_number_id=first["phone_number_id"],
            contact_id=self._identity.contact_id,
            pharmacy_id=self._identity.pharmacy_id,
            now=self.now,
        )
        for message in self._messages:
            await self._record_inbound(connection, conversation, message)
        _compare(conversation, self._seen, self._ids)
        self._held = connection, conversation
        return self._held

    async def _record_inbound(
        self, connection: AsyncConnection[Any], conversation: Conversation, message: InboundMessage
    ) -> None:
        fresh = await conversations.record_inbound(
            connection,
            id=Ids.of(message["message_id"]).inbound,
            conversation_id=conversation.id,
            channel_message_id=message["message_id"],
            kind=message["kind"],
            text=None if message["text"] is None else storable(message["text"]),
            reply_to=message["reply_to"],
            sent_at=message["sent_at"],
        )
        if not fresh:
            raise ConversationChangedError


def _event(case: Case, kind: str, topic: str, payload: bytes) -> OutboxEvent:
    event_id = case.ids.escalation if kind == "escalation" else case.ids.command
    return OutboxEvent(id=event_id, aggregate_type=kind, key=case.answers["contact"], topic=topic, payload=payload)


def _compare(conversation: Conversation, seen: Conversation | None, ids: Ids) -> None:
    """Raises ``ConversationChangedError`` unless the locked conversation is what the turn was decided on."""
    expected = (seen.id, seen.state, seen.slots) if seen else (ids.conversation, "open", {})
    if (conversation.id, conversation.state, conversation.slots) != expected:
        raise ConversationChangedError
