"""A turn with everything around it, and the rows and events it becomes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from agents.customer import summary
from agents.engine.turn import Turn
from agents.escalation import seal
from agents.identity import Identity
from schemas.records.conversations import Escalation, InboundMessage, Reply
from store import escalations, pharmacy_facts, turns

_NAMESPACE = uuid5(NAMESPACE_URL, "balcao:turn")


@dataclass(frozen=True, slots=True)
class Ids:
    """Everything a turn makes is named after its message, so that a turn decided twice makes the same things."""

    conversation: UUID
    inbound: UUID
    turn: UUID
    command: UUID
    escalation: UUID

    @classmethod
    def of(cls, message_id: str) -> "Ids":
        """The ids of the turn of that message."""
        return cls(*_named(message_id))


@lru_cache(maxsize=512)
def _named(message_id: str) -> tuple[UUID, ...]:
    names = ("conversation", "inbound", "turn", "command", "escalation")
    return tuple(uuid5(_NAMESPACE, f"{name}:{message_id}") for name in names)


@dataclass(frozen=True, slots=True)
class Case:
    """One turn of the messages it answers in one conversation, decided at ``now`` and written at ``recorded_at``."""

    turn: Turn
    messages: Sequence[InboundMessage]
    identity: Identity
    conversation: UUID
    ids: Ids
    now: datetime
    recorded_at: datetime

    @property
    def answers(self) -> InboundMessage:
        """The message that a reply answers: the last one."""
        return self.messages[-1]

    @property
    def is_more_than_one_statement(self) -> bool:
        """Whether something is kept beside what ``store.turn_writes`` writes at once."""
        return self.turn.escalate is not None or self.turn.rating is not None or bool(self.turn.facts)

    def turn_row(self) -> turns.Turn:
        """The record of what was decided and why."""
        understood = self.turn.understood
        waited = (self.recorded_at - self.messages[0]["received_at"]).total_seconds()
        return turns.Turn(
            id=self.ids.turn,
            conversation_id=self.conversation,
            inbound_message_id=self.messages[0]["message_id"],
            flow=self.turn.flow,
            flows=self.turn.flows,
            confidence=understood.confidence if understood else None,
            understanding=understood.source if understood else "none",
            entities=understood.entities.as_dict() if understood else {},
            seen=self.turn.seen,
            outcome=self.turn.outcome,
            latency_ms=max(0, int(waited * 1000)),
            decided_at=self.now,
        )

    def facts(self) -> list[pharmacy_facts.Fact]:
        """What is to be remembered of the pharmacy: nothing of a stranger, and nothing that is over already."""
        if self.identity.pharmacy_id is None:
            return []
        return [
            pharmacy_facts.Fact(
                pharmacy_id=self.identity.pharmacy_id,
                name=noted.name,
                value=noted.value,
                source=noted.source,
                turn_id=self.ids.turn,
                noted_at=self.now,
                expires_at=noted.expires_at,
            )
            for noted in self.turn.facts
            if noted.expires_at > self.now
        ]

    def reply(self) -> Reply:
        """The command to send the turn's words."""
        return Reply(
            command_id=str(self.ids.command),
            conversation_id=str(self.conversation),
            turn_id=str(self.ids.turn),
            phone_number_id=self.answers["phone_number_id"],
            contact=self.answers["contact"],
            in_reply_to=self.answers["message_id"],
            text=self.turn.text,
            flow=self.turn.flow,
            created_at=self.now,
        )

    def escalation_row(self) -> escalations.Escalation | None:
        """The escalation, when the turn is one."""
        if self.turn.escalate is None:
            return None
        return escalations.Escalation(
            id=self.ids.escalation,
            conversation_id=self.conversation,
            turn_id=self.ids.turn,
            pharmacy_id=self.identity.pharmacy_id,
            reason=self.turn.escalate.reason,
            priority=self.turn.escalate.priority,
            summary=summary.summary(self.turn, self.identity, self.answers),
            created_at=self.now,
        )

    def escalation(self, row: escalations.Escalation) -> Escalation:
        """The event for those who hand conversations out, sealed."""
        assert self.turn.escalate is not None
        event = Escalation(
            escalation_id=str(row.id),
            conversation_id=str(row.conversation_id),
            turn_id=str(row.turn_id),
            contact=self.answers["contact"],
            pharmacy_id=row.pharmacy_id,
            reason=row.reason,
            priority=row.priority,
            summary=row.summary,
            created_at=row.created_at,
            rule=self.turn.escalate.rule,
            tried=summary.tried(self.turn),
            facts=summary.facts(self.turn, self.identity),
            digest=None,
        )
        event["digest"] = seal.digest(event)
        return event
