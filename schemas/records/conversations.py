"""What is said on WhatsApp, and what the agents decide."""

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from schemas.marks import Doc, Personal

MessageKind = Literal["text", "button", "interactive", "image", "audio", "video", "document", "location", "other"]
DeliveryStatus = Literal["sent", "delivered", "read", "failed"]
Priority = Literal["low", "normal", "high", "urgent"]
EscalationReason = Literal[
    "asked_for_person",
    "not_understood",
    "not_allowed",
    "failure",
    "anger",
    "health_risk",
    "legal",
    "money",
    "repeated_failure",
    "vip",
]


class InboundMessage(TypedDict):
    """A message a contact sent us; keyed by the contact, so that a conversation is in order."""

    message_id: Annotated[
        str, Doc("The channel's id of the message (wamid...); unique, the idempotency key of a turn.")
    ]
    phone_number_id: Annotated[str, Doc("The business number's id at the provider that received it.")]
    contact: Annotated[str, Doc("The WhatsApp id of who wrote: digits, country code first."), Personal("phone number")]
    contact_name: Annotated[str | None, Doc("The profile name the channel gave."), Personal("name")]
    kind: Annotated[MessageKind, Doc("What was sent.")]
    text: Annotated[str | None, Doc("The words, of a text, a caption or a pressed button."), Personal("free text")]
    reply_to: Annotated[str | None, Doc("The id of the message this one quotes.")]
    sent_at: Annotated[datetime, Doc("When the contact sent it, by the channel's clock (whole seconds).")]
    received_at: Annotated[datetime, Doc("When the webhook had it.")]
    payload: Annotated[str, Doc("The message object as JSON, as received."), Personal("free text")]


class DeliveryUpdate(TypedDict):
    """What the channel says became of a message we sent; keyed by the contact."""

    message_id: Annotated[str, Doc("The channel's id of our message.")]
    command_id: Annotated[str | None, Doc("Our id, echoed from biz_opaque_callback_data.")]
    contact: Annotated[str, Doc("The WhatsApp id of the recipient."), Personal("phone number")]
    status: Annotated[DeliveryStatus, Doc("The step reached.")]
    occurred_at: Annotated[datetime, Doc("By the channel's clock (whole seconds).")]
    error_code: Annotated[int | None, Doc("The channel's error code of a failed delivery.")]
    error_title: Annotated[str | None, Doc("The channel's words for it.")]


class Reply(TypedDict):
    """A command to send one message to a contact; keyed by the contact."""

    command_id: Annotated[str, Doc("UUID of the command; sent as biz_opaque_callback_data.")]
    conversation_id: Annotated[str, Doc("UUID of the conversation.")]
    turn_id: Annotated[str, Doc("UUID of the turn that decided it.")]
    phone_number_id: Annotated[str, Doc("The business number to send from.")]
    contact: Annotated[str, Doc("The WhatsApp id to send to."), Personal("phone number")]
    in_reply_to: Annotated[str | None, Doc("The channel's id of the message it answers.")]
    text: Annotated[str, Doc("The words to send."), Personal("free text")]
    flow: Annotated[str, Doc("The flow that answered.")]
    created_at: Annotated[datetime, Doc("When the turn decided it.")]


class Escalation(TypedDict):
    """A conversation that a person must take; keyed by the contact."""

    escalation_id: Annotated[str, Doc("UUID of the escalation.")]
    conversation_id: Annotated[str, Doc("UUID of the conversation.")]
    turn_id: Annotated[str, Doc("UUID of the turn that escalated.")]
    contact: Annotated[str, Doc("The WhatsApp id of who waits."), Personal("phone number")]
    pharmacy_id: Annotated[int | None, Doc("The pharmacy, when the contact is known.")]
    reason: Annotated[EscalationReason, Doc("Why.")]
    priority: Annotated[Priority, Doc("How soon.")]
    summary: Annotated[str, Doc("What a person needs to know, in Portuguese."), Personal("free text")]
    created_at: Annotated[datetime, Doc("When the turn decided it.")]
    rule: Annotated[str | None, Doc("The name of the rule that decided it.")]
    tried: Annotated[
        str | None, Doc("What the agent understood, looked up and said before, in Portuguese."), Personal("free text")
    ]
    facts: Annotated[str | None, Doc("What the answers stood on, as JSON."), Personal("free text")]
    digest: Annotated[str | None, Doc("SHA-256 over the other fields, which proves them unchanged.")]
