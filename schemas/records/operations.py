"""What people decide about the platform's own work."""

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from schemas.marks import Doc, Personal

LetterAction = Literal["edited", "redriven", "discarded"]


class LetterDecision(TypedDict):
    """What became of a dead letter; keyed by the letter's place, so that its decisions are in order."""

    decision_id: Annotated[str, Doc("UUID of the decision.")]
    letter_topic: Annotated[str, Doc("The topic whose record it was.")]
    letter_partition: Annotated[int, Doc("The record's partition there; -1 for one that never was in the topic.")]
    letter_offset: Annotated[int, Doc("The record's offset there; of one that never was, its letter's own offset.")]
    letter_round: Annotated[int, Doc("How often it had been redriven before.")]
    consumer_group: Annotated[str, Doc("The consumer group, or the producer, that could not take it.")]
    cause: Annotated[str, Doc("Why it could not be taken.")]
    action: Annotated[LetterAction, Doc("What was decided.")]
    reason: Annotated[str | None, Doc("Why, in the operator's words; no personal data belongs here.")]
    operator: Annotated[str, Doc("Who decided, by the account's name."), Personal("name")]
    decided_at: Annotated[datetime, Doc("When it was decided.")]
