"""What the provider does: takes messages from either side, keeps them, and queues what must be told."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from deploy.local.simulator import graph, wamid
from deploy.local.simulator.api_request import MarkRead, Send
from deploy.local.simulator.faults import Faults
from deploy.local.simulator.feed import Feed
from deploy.local.simulator.messages import Draft, Message, Notice, Status, Webhook
from deploy.local.simulator.payloads import Sender
from deploy.local.simulator.settings import Simulation
from deploy.local.simulator.store import Store

WINDOW_MS: Final = 24 * 3600 * 1000.0
"""How long after a contact's message free-form messages may be sent to them."""

TYPING_SECONDS: Final = 25.0
"""How long a typing indicator shows when no message ends it."""


def _wall_clock_ms() -> float:
    return time.time_ns() // 1000 / 1000


@dataclass
class Provider:
    """The provider of one business number. ``deliver`` hands a stored webhook to whoever sends it."""

    store: Store
    sender: Sender
    simulation: Simulation
    feed: Feed
    deliver: Callable[[Webhook], None]
    random: Random
    now_ms: Callable[[], float] = _wall_clock_ms
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    faults: Faults = field(init=False)
    typing_until_ms: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.faults = Faults(self.random)

    def contact_writes(
        self,
        contact: str,
        kind: str,
        content: dict[str, Any],
        *,
        text: str | None,
        name: str | None = None,
        reply_to: str | None = None,
        sent_ms: float | None = None,
    ) -> Message:
        """Take a contact's message and queue its webhook; ``sent_ms`` is the contact's clock, by default now."""
        now = self.now_ms()
        draft = Draft(
            wamid=wamid.new(contact, "contact", self.random_bytes),
            contact=contact,
            author="contact",
            kind=kind,
            text=text,
            content=content,
            reply_to=reply_to,
            command=None,
            sent_ms=now if sent_ms is None else sent_ms,
            received_ms=now,
            status="sent",
        )
        self.store.met(contact, name, now)
        body = self.sender.inbound(draft, self.store.name(contact))
        delay = self.faults.strike("delay-messages", contact)
        notice = self._notice(draft, f"messages {contact}", None, body, delay.seconds or 0.0 if delay else 0.0)
        dropped = self.faults.strike("drop-messages", contact) is not None
        return self._keep(draft, [] if dropped else [notice])

    def business_sends(self, send: Send) -> Message:
        """Take a message that the platform sends and queue the webhooks of its statuses."""
        now = self.now_ms()
        draft = Draft(
            wamid=wamid.new(send.contact, "business", self.random_bytes),
            contact=send.contact,
            author="business",
            kind=send.kind,
            text=send.text,
            content=send.content,
            reply_to=send.reply_to,
            command=send.command,
            sent_ms=now,
            received_ms=now,
            status="accepted",
        )
        self.typing_until_ms.pop(send.contact, None)
        return self._keep(draft, self._statuses(draft))

    def mark_read(self, request: MarkRead) -> None:
        """The platform has read a contact's message. Raises ``GraphError`` for a message that no contact wrote."""
        message = self.store.message(request.wamid)
        if message is None or message.author != "contact":
            raise graph.wrong("message_id", "no message of a contact has this id")
        self.store.read_up_to(message)
        if request.typing:
            self.typing_until_ms[message.contact] = self.now_ms() + TYPING_SECONDS * 1000
        self.feed.changed(message.contact)

    def advance(self, message_id: str, contact: str, status: Status) -> None:
        """A step was told or acknowledged: show it to the contact."""
        if self.store.advance(message_id, status) is not None:
            self.feed.changed(contact)

    def typing(self, contact: str) -> bool:
        """Whether the contact sees that an answer is being written."""
        return self.typing_until_ms.get(contact, 0.0) > self.now_ms()

    def _statuses(self, draft: Draft) -> list[Notice]:
        simulation, contact = self.simulation, draft.contact
        error = None
        if self.faults.strike("undeliverable", contact) is not None:
            error = graph.UNDELIVERABLE
        elif draft.kind != "template" and not self.store.wrote_since(contact, draft.received_ms - WINDOW_MS):
            error = graph.WINDOW_CLOSED
        steps: list[tuple[Status, float]] = (
            [("failed", 0.0)]
            if error is not None
            else [
                ("sent", 0.0),
                ("delivered", simulation.delivered_after_seconds),
                ("read", simulation.read_after_seconds),
            ]
        )
        if (delay := self.faults.strike("delay-statuses", contact)) is not None:
            steps = [(step, after + (delay.seconds or 0.0)) for step, after in steps]
        lane = f"statuses {draft.wamid}"
        notices = [
            self._notice(
                draft, lane, step, self.sender.status(draft, step, draft.received_ms + after * 1000, error), after
            )
            for step, after in steps
        ]
        if (drop := self.faults.strike("drop-statuses", contact)) is not None:
            notices = [notice for notice in notices if drop.steps is not None and notice.step not in drop.steps]
        if self.faults.strike("reorder-statuses", contact) is not None:
            notices.reverse()
        return notices

    def _notice(self, draft: Draft, lane: str, step: Status | None, body: bytes, after_seconds: float) -> Notice:
        return Notice(
            lane=lane,
            wamid=draft.wamid,
            contact=draft.contact,
            step=step,
            body=body,
            created_ms=draft.received_ms,
            due_ms=draft.received_ms + after_seconds * 1000,
        )

    def _keep(self, draft: Draft, notices: list[Notice]) -> Message:
        if notices and self.faults.strike("duplicate-webhooks", draft.contact) is not None:
            notices = [notices[0], *notices]
        message, webhooks = self.store.keep(draft, notices)
        for webhook in webhooks:
            self.deliver(webhook)
        self.feed.changed(draft.contact)
        return message
