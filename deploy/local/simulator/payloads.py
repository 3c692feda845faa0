"""The bodies of webhooks, in the shape of Meta's page "Cloud API webhooks: components"."""

import json
from dataclasses import dataclass
from typing import Any

from deploy.local.simulator.messages import Draft, Status


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose webhooks these are: the business account and its number."""

    account_id: str
    phone_number_id: str
    display_phone_number: str

    def inbound(self, message: Draft, name: str | None) -> bytes:
        """A contact's message; ``name`` is the contact's profile name."""
        entry: dict[str, Any] = {
            "from": message.contact,
            "id": message.wamid,
            "timestamp": str(int(message.sent_ms // 1000)),
            "type": message.kind,
            message.kind: message.content,
        }
        if message.reply_to is not None:
            entry["context"] = {"from": self.display_phone_number, "id": message.reply_to}
        return self._body(
            {
                "contacts": [{"profile": {"name": name or message.contact}, "wa_id": message.contact}],
                "messages": [entry],
            }
        )

    def status(self, message: Draft, step: Status, at_ms: float, error: dict[str, Any] | None) -> bytes:
        """What became of a message of ours; ``at_ms`` is when, in Unix milliseconds; ``error`` only when it failed."""
        entry: dict[str, Any] = {
            "id": message.wamid,
            "status": step,
            "timestamp": str(int(at_ms // 1000)),
            "recipient_id": message.contact,
        }
        if message.command is not None:
            entry["biz_opaque_callback_data"] = message.command
        if error is not None:
            entry["errors"] = [error]
        elif step in ("sent", "delivered"):
            entry["pricing"] = {
                "billable": False,
                "pricing_model": "PMP",
                "category": "service",
                "type": "free_customer_service",
            }
        return self._body({"statuses": [entry]})

    def _body(self, news: dict[str, Any]) -> bytes:
        value = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": self.display_phone_number,
                "phone_number_id": self.phone_number_id,
            },
        } | news
        change = {"value": value, "field": "messages"}
        return json.dumps(
            {"object": "whatsapp_business_account", "entry": [{"id": self.account_id, "changes": [change]}]},
            separators=(",", ":"),
        ).encode()
