"""Makes a turn take effect: one transaction holds the message, the turn, the new state and what is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection, Rollback

from agents.customer.case import Case, Ids
from agents.engine.turn import Turn
from agents.identity import Identity
from runtime.codec import Encoder
from schemas.records.conversations import InboundMessage
from schemas.topics import ESCALATION, REPLY
from store import conversations, escalations, outbox, turns
from store.conversations import Conversation, State
from store.outbox import OutboxEvent


class ConversationChangedError(Exception):
    """The conversation is not as it was when the turn was decided: decide again."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes turns. ``encoder`` has prepared ``REPLY`` and ``ESCALATION``."""

    encoder: Encoder

    async def record(
        self,
        connection: AsyncConnection[Any],
        turn: Turn,
        *,
        message: InboundMessage,
        identity: Identity,
        seen: Conversation | None,
        now: datetime,
    ) -> bool:
        """``False`` when the message had its turn before: then nothing changed.

        ``seen`` is the conversation that the turn was decided on; raises ``ConversationChangedError`` when it is
        another by now. Either all of the turn is in the database afterwards or nothing is.
        """
        ids = Ids.of(message["message_id"])
        fresh = False
        async with connection.transaction() as transaction:
            conversation = await conversations.open_or_get(
                connection,
                new_id=ids.conversation,
                contact=message["contact"],
                phone_number_id=message["phone_number_id"],
                contact_id=identity.contact_id,
                pharmacy_id=identity.pharmacy_id,
                now=now,
            )
            fresh = await conversations.record_inbound(
                connection,
                id=ids.inbound,
                conversation_id=conversation.id,
                channel_message_id=message["message_id"],
                kind=message["kind"],
                text=message["text"],
                reply_to=message["reply_to"],
                sent_at=message["sent_at"],
            )
            if not fresh:
                raise Rollback(transaction)
            _compare(conversation, seen, ids)
            await self._write(connection, Case(turn, message, identity, conversation, ids, now))
        return fresh

    async def _write(self, connection: AsyncConnection[Any], case: Case) -> None:
        await turns.record(connection, case.turn_row())
        events = []
        if case.turn.text:
            await conversations.record_outbound(
                connection,
                command_id=case.ids.command,
                conversation_id=case.conversation.id,
                text=case.turn.text,
                in_reply_to=case.message["message_id"],
                decided_at=case.now,
            )
            payload = self.encoder.encode(REPLY, case.reply())
            events.append(_event(case, "reply", REPLY.name, payload))
        state: State = case.conversation.state
        escalation = case.escalation_row()
        if escalation is not None:
            state = "escalated"
            if await escalations.open_once(connection, escalation):
                payload = self.encoder.encode(ESCALATION, case.escalation(escalation))
                events.append(_event(case, "escalation", ESCALATION.name, payload))
        await conversations.change(
            connection, case.conversation.id, state=state, slots=case.turn.memory.dump(), now=case.now
        )
        if events:
            await outbox.add(connection, events)


def _event(case: Case, kind: str, topic: str, payload: bytes) -> OutboxEvent:
    event_id = case.ids.escalation if kind == "escalation" else case.ids.command
    return OutboxEvent(id=event_id, aggregate_type=kind, key=case.message["contact"], topic=topic, payload=payload)


def _compare(conversation: Conversation, seen: Conversation | None, ids: Ids) -> None:
    """Raises ``ConversationChangedError`` unless the locked conversation is what the turn was decided on."""
    expected = (seen.id, seen.state, seen.slots) if seen else (ids.conversation, "open", {})
    if (conversation.id, conversation.state, conversation.slots) != expected:
        raise ConversationChangedError
