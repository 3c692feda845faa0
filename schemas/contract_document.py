"""``schemas/derived/register.json``: the contracts as a document that the register's next change is compared with."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from schemas.contract import Contract, Contracts, RuleText
from schemas.teams import Subscription

FILE = "register.json"
FORMAT = 1


class DocumentError(ValueError):
    """A text that is no register document of ours; the sentence says what is wrong."""


def render(contracts: Contracts) -> str:
    """The document: sorted by topic and team, one text for one register. Pure."""
    document = {
        "format": FORMAT,
        "topics": {name: _topic(contracts.topics[name]) for name in sorted(contracts.topics)},
        "teams": dict(sorted(contracts.teams.items())),
        "subscriptions": [
            {"team": each.team, "topic": each.topic, "purpose": each.purpose, "fields": list(each.fields)}
            for each in sorted(contracts.subscriptions, key=lambda each: (each.team, each.topic))
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def parse(text: str) -> Contracts:
    """The contracts of a document. Pure. Raises ``DocumentError`` for a text that is none, or of a newer format."""
    try:
        document = json.loads(text)
        found = document["format"]
        # a newer format's topics are not ours to read
        topics = document["topics"] if found == FORMAT else {}
        contracts = Contracts(
            {name: _contract(name, topic) for name, topic in topics.items()},
            document["teams"],
            tuple(
                Subscription(each["team"], each["topic"], each["purpose"], tuple(each["fields"]))
                for each in document["subscriptions"]
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DocumentError(f"it is not what this program writes ({error!r})") from error
    if found != FORMAT:
        raise DocumentError(f"its format is {found}, this program reads {FORMAT}")
    return contracts


def _topic(contract: Contract) -> dict[str, Any]:
    return {
        "description": contract.description,
        "owner": contract.owner,
        "visibility": contract.visibility,
        "producers": list(contract.producers),
        "consumers": list(contract.consumers),
        "key": contract.key,
        "partitions": contract.partitions,
        "retention_ms": contract.retention_ms,
        "cleanup": contract.cleanup,
        "captured": contract.captured,
        "sunset": contract.sunset and contract.sunset.isoformat(),
        "successor": contract.successor,
        "rules": [
            {"name": rule.name, "text": rule.text, "kind": rule.kind, "parameters": dict(rule.parameters)}
            for rule in contract.rules
        ],
        "revisions": [{"on": on.isoformat(), "text": text} for on, text in contract.revisions],
        "personal": dict(contract.personal),
        "schema": contract.schema,
    }


def _contract(name: str, topic: Mapping[str, Any]) -> Contract:
    return Contract(
        name=name,
        schema=topic["schema"],
        description=topic["description"],
        owner=topic["owner"],
        producers=tuple(topic["producers"]),
        consumers=tuple(topic["consumers"]),
        visibility=topic["visibility"],
        key=topic["key"],
        partitions=int(topic["partitions"]),
        retention_ms=int(topic["retention_ms"]),
        cleanup=topic["cleanup"],
        rules=tuple(RuleText(each["name"], each["text"], each["kind"], each["parameters"]) for each in topic["rules"]),
        sunset=topic["sunset"] and date.fromisoformat(topic["sunset"]),
        successor=topic["successor"],
        revisions=tuple((date.fromisoformat(each["on"]), each["text"]) for each in topic["revisions"]),
        personal=topic["personal"],
        captured=topic["captured"],
    )
