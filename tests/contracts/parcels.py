"""A register of one topic that has a bit of everything, for the tests of contracts to change."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from schemas.contract import DAY_MS, Contract, Contracts, RuleText
from schemas.teams import Subscription
from schemas.topic import Avro

TODAY = date(2027, 3, 1)
FIRST = date(2027, 1, 15)
TOPIC = "parcels.sent.v1"
STATION = "sinks.parcels"
SCHEMA: Avro = {
    "type": "record",
    "name": "Parcel",
    "namespace": "balcao.parcels",
    "fields": [
        {"name": "id", "type": "string", "doc": "Who it is."},
        {
            "name": "status",
            "type": {"type": "enum", "name": "Status", "symbols": ["packed", "sent", "unknown"]},
        },
        {
            "name": "carrier",
            "type": {"type": "enum", "name": "Carrier", "symbols": ["road", "air", "other"], "default": "other"},
        },
        {"name": "count", "type": "int"},
        {"name": "weight", "type": "long"},
        {"name": "ratio", "type": "float"},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
        {"name": "sent_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "label", "type": "string", "default": "none"},
        {"name": "raw", "type": "bytes"},
        {"name": "choice", "type": ["string", "long"]},
        {"name": "digest", "type": {"type": "fixed", "name": "Digest", "size": 4}},
        {
            "name": "items",
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "Item",
                    "fields": [{"name": "sku", "type": "string"}, {"name": "quantity", "type": "int"}],
                },
            },
        },
        {"name": "sizes", "type": {"type": "map", "values": "int"}},
    ],
}
BILLING = Subscription("billing", TOPIC, "Pays for it.", ("id", "status", "price"))
LOGISTICS = Subscription("logistics", TOPIC, "Moves it.")
WEIGHT = RuleText(
    "weight.range", "weight is between 1 and 10.", "between", {"field": "weight", "least": "1", "most": "10"}
)
LABEL = RuleText("label.filled", "label is not blank.", "filled", {"field": "label"})

Edit = Callable[[Contracts], Contracts]


def register(*, public: bool) -> Contracts:
    """The register before any change: public with two teams that subscribe, or internal with a station only."""
    contract = Contract(
        name=TOPIC,
        schema=copy.deepcopy(SCHEMA),
        description="Parcels on their way.",
        owner="orders",
        producers=("streams.parcels",),
        consumers=(STATION,),
        visibility="public" if public else "internal",
        partitions=2,
        retention_ms=30 * DAY_MS,
        rules=(WEIGHT, LABEL),
        revisions=((FIRST, "First version."),),
        personal={"note": "free text"},
    )
    teams = {"billing": "billing@balcao.example", "logistics": "logistics@balcao.example"}
    return Contracts({TOPIC: contract}, teams, (BILLING, LOGISTICS) if public else ())


def of(**attributes: Any) -> Edit:
    """Other attributes of the topic."""
    return lambda contracts: replace(
        contracts, topics={**contracts.topics, TOPIC: replace(contracts.topics[TOPIC], **attributes)}
    )


def schema(change: Callable[[Avro], None]) -> Edit:
    """Another schema of the topic, changed in place."""

    def edit(contracts: Contracts) -> Contracts:
        changed = copy.deepcopy(contracts.topics[TOPIC].schema)
        change(changed)
        return of(schema=changed)(contracts)

    return edit


def field(name: str, /, **attributes: Any) -> Edit:
    """One field with other attributes; an attribute of ``...`` goes."""

    def change(record: Avro) -> None:
        found = find(record, name)
        found.update(attributes)
        for key in [key for key, value in attributes.items() if value is ...]:
            del found[key]

    return schema(change)


def find(record: Avro, name: str) -> Avro:
    """The field of that name."""
    found: Avro = next(each for each in record["fields"] if each["name"] == name)
    return found


def added(**attributes: Any) -> Edit:
    """One field more."""
    return schema(lambda record: record["fields"].append(attributes))


def removed(name: str) -> Edit:
    """One field less."""
    return schema(lambda record: record["fields"].remove(find(record, name)))


def symbols(name: str, *values: str, **attributes: Any) -> Edit:
    """An enum with other symbols."""
    return schema(lambda record: find(record, name)["type"].update({"symbols": list(values), **attributes}))


def item(change: Callable[[Avro], None]) -> Edit:
    """Another record in the array."""
    return schema(lambda record: change(find(record, "items")["type"]["items"]))


def subscribed(*subscriptions: Subscription) -> Edit:
    """Other subscriptions."""
    return lambda contracts: replace(contracts, subscriptions=subscriptions)


def reads(team: str, *fields: str) -> Edit:
    """A subscribed team declares other fields."""
    return lambda contracts: replace(
        contracts,
        subscriptions=tuple(
            replace(each, fields=fields) if each.team == team else each for each in contracts.subscriptions
        ),
    )


def noted(edit: Edit, on: date = TODAY) -> Edit:
    """A change that the topic's readers are told of by a revision, if the topic is still there."""

    def noting(contracts: Contracts) -> Contracts:
        changed = edit(contracts)
        if TOPIC not in changed.topics:
            return changed
        return of(revisions=(*changed.topics[TOPIC].revisions, (on, "Another parcel.")))(changed)

    return noting


def both(*edits: Edit) -> Edit:
    """One change after the other."""

    def edit(contracts: Contracts) -> Contracts:
        for each in edits:
            contracts = each(contracts)
        return contracts

    return edit
