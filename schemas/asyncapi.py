"""The AsyncAPI 3.0 document of the public topics: what other teams and their tools read.

Internal topics are left out: they may change without notice, and a document that lists them invites a subscription.
Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0 and its Kafka bindings 0.5.0.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_type_hints

from schemas import access, example
from schemas.avro import split
from schemas.envelope import schema_of
from schemas.marks import Personal
from schemas.owners import OWNERS, Owner
from schemas.teams import SUBSCRIPTIONS, TEAMS, Subscription, Team
from schemas.topic import Topic, Visibility
from schemas.topics import TOPICS

Node = dict[str, Any]
"""A JSON object of the document."""

FILE = "asyncapi.json"
VERSION = "3.0.0"
_BINDING = "0.5.0"
_AVRO = "application/vnd.apache.avro;version=1.9.0"
_WIRE = "avro/binary"
_HEADERS = "eventHeaders"
_SIGN_IN = "scram"


def render() -> str:
    """The register's document as the text of its derived file. Reads the examples' files."""
    paths = {topic.name: example.path_of(topic) for topic in TOPICS}
    examples = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()}
    text = document(TOPICS, examples, OWNERS, TEAMS, SUBSCRIPTIONS)
    return json.dumps(text, indent=2, ensure_ascii=False) + "\n"


def document(
    topics: Iterable[Topic],
    examples: Mapping[str, Any],
    owners: Mapping[str, Owner],
    teams: Mapping[str, Team],
    subscriptions: Sequence[Subscription],
) -> Node:
    """The document of the public ones among ``topics``. Pure; the same input gives the same order.

    ``examples`` holds each topic's example as JSON by the topic's name; a topic without one has none in the document.
    Raises ``KeyError`` for a topic's owner that ``owners`` does not name, and for a subscription of such a team.
    """
    public = [topic for topic in topics if topic.visibility is Visibility.PUBLIC]
    return {
        "asyncapi": VERSION,
        "id": "urn:balcao:events",
        "info": _info(public),
        "defaultContentType": _WIRE,
        "servers": {
            "production": _server("kafka.balcao.example:9094", "kafka-secure", "https://registry.balcao.example"),
            "local": _server("127.0.0.1:17001", "kafka", "http://127.0.0.1:17003"),
        },
        "channels": {topic.name: _channel(topic, owners[topic.owner]) for topic in public},
        "operations": _operations(public, teams, subscriptions),
        "components": {
            "messages": {_message_name(topic): _message(topic, examples.get(topic.name)) for topic in public},
            "schemas": {_HEADERS: _headers_schema()},
            "securitySchemes": {
                _SIGN_IN: {
                    "type": "scramSha512",
                    "description": f"One user a team, called {access.principal('<team>')}.",
                }
            },
        },
    }


def _info(topics: Sequence[Topic]) -> Node:
    owners = sorted({topic.owner for topic in topics})
    return {
        "title": "Balcão: published events",
        "version": "1.0.0",
        "description": (
            "Domain events of the Balcão marketplace. Delivery is at least once: `id` is the same for the same change, "
            "always. Events of one subject share a key and are in order; `lsn` orders them too. A value is Avro in the "
            "Confluent wire format: a zero byte, the schema's id in four bytes (big-endian), the Avro binary. Schemas "
            "change only FULL_TRANSITIVE; what cannot, becomes a new topic with the next version in its name."
        ),
        "contact": {"name": "Balcão, platform", "email": "platform@balcao.example"},
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "tags": [{"name": f"owner:{owner}"} for owner in owners],
    }


def _server(host: str, protocol: str, registry: str) -> Node:
    return {
        "host": host,
        "protocol": protocol,
        "security": [{"$ref": f"#/components/securitySchemes/{_SIGN_IN}"}],
        "bindings": {
            "kafka": {
                "schemaRegistryUrl": f"{registry}/apis/ccompat/v7",
                "schemaRegistryVendor": "apicurio",
                "bindingVersion": _BINDING,
            }
        },
    }


def _message_name(topic: Topic) -> str:
    """The record type's name with the topic's version, since two versions may live side by side."""
    version = topic.name.rpartition(".")[2]
    return f"{topic.value.__name__}.{version}"


def _tags(topic: Topic) -> list[Node]:
    domain = topic.name.partition(".")[0]
    names = [f"domain:{domain}", f"owner:{topic.owner}"]
    return [{"name": name} for name in [*names, *(["deprecated"] if topic.sunset else [])]]


def _channel(topic: Topic, owner: Owner) -> Node:
    name = _message_name(topic)
    milliseconds = int(topic.broker_config()["retention.ms"])
    channel: Node = {
        "address": topic.name,
        "title": topic.value.__name__,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "tags": _tags(topic),
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup.value],
                    "retention.ms": milliseconds,
                },
                "bindingVersion": _BINDING,
            }
        },
        "x-owner": owner.name,
        "x-owner-contact": {"email": owner.contact, "channel": owner.channel},
        "x-visibility": topic.visibility.value,
        "x-compatibility": topic.compatibility,
        "x-dead-letter-topic": topic.dead_letter,
        "x-revisions": [{"on": each.on.isoformat(), "text": each.text} for each in topic.revisions],
    }
    if topic.sunset is not None:
        channel["x-sunset"] = topic.sunset.isoformat()
    if topic.successor is not None:
        channel["x-successor"] = topic.successor
    return channel


def _message(topic: Topic, example: Any) -> Node:
    message: Node = {
        "name": topic.value.__name__,
        "title": topic.value.__name__,
        "summary": topic.description,
        "contentType": _WIRE,
        "headers": {"$ref": f"#/components/schemas/{_HEADERS}"},
        "payload": {"schemaFormat": _AVRO, "schema": schema_of(topic)},
        "tags": _tags(topic),
        "bindings": {
            "kafka": {
                "key": _key_schema(),
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "TopicNameStrategy",
                "bindingVersion": _BINDING,
            }
        },
        "x-schema-subject": topic.subject,
        "x-personal-data": personal(topic),
        "x-rules": [{"name": rule.name, "text": rule.text} for rule in topic.rules],
    }
    if topic.sunset is not None:
        message["deprecated"] = True
    if example is not None:
        summary = "As JSON a person can read: decimals are texts, times are ISO 8601."
        message["examples"] = [{"name": "example", "summary": summary, "payload": example}]
    return message


def personal(topic: Topic) -> dict[str, str]:
    """The topic's own fields that hold personal data, each with why."""
    return {
        name: mark.reason
        for name, hint in get_type_hints(topic.value, include_extras=True).items()
        for mark in split(hint)[1]
        if isinstance(mark, Personal)
    }


def _operations(public: Sequence[Topic], teams: Mapping[str, Team], subscriptions: Sequence[Subscription]) -> Node:
    found: Node = {}
    for topic in public:
        for station in topic.producers:
            found[f"{station}.sends.{topic.name}"] = {
                **_operation("send", topic),
                "summary": f"{station} sends {topic.value.__name__}.",
                "x-station": station,
            }
        for each in (each for each in subscriptions if each.topic == topic.name):
            found[f"{each.team}.receives.{topic.name}"] = {
                **_operation("receive", topic),
                "summary": each.purpose,
                "security": [{"$ref": f"#/components/securitySchemes/{_SIGN_IN}"}],
                "bindings": {"kafka": {"groupId": _group(each.team), "bindingVersion": _BINDING}},
                "x-team": each.team,
                "x-contact": teams[each.team].contact,
                "x-fields": list(each.fields),
            }
    return found


def _operation(action: str, topic: Topic) -> Node:
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{_message_name(topic)}"}],
        "tags": _tags(topic),
    }


def _group(team: str) -> Node:
    return {"type": "string", "pattern": f"^{re.escape(access.consumer_group(team, ''))}.+"}


def _key_schema() -> Node:
    # inline: the official schema of the binding takes a $ref for both a reference and a schema, and refuses it
    return {
        "type": "string",
        "minLength": 1,
        "description": "The subject's id as UTF-8 text: the same as the value's `subject`.",
    }


def _headers_schema() -> Node:
    return {
        "type": "object",
        "description": "None is needed to read the value. Ignore a header you do not know: others may come.",
        "additionalProperties": True,
    }
