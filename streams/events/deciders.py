"""Which decider reads which captured topic."""

from collections.abc import Mapping

from schemas.captured import CAPTURED, PLATFORM_CAPTURED
from schemas.topic import Topic
from streams.events import accounts, catalog, complaints, conversations, orders, shipments
from streams.events.change import Decider

DECIDERS: Mapping[Topic, Decider] = {
    CAPTURED["orders"]: orders.decide,
    CAPTURED["products"]: catalog.products,
    CAPTURED["offers"]: catalog.offers,
    CAPTURED["inventory"]: catalog.inventory,
    CAPTURED["pharmacies"]: accounts.pharmacies,
    CAPTURED["contacts"]: accounts.contacts,
    CAPTURED["shipments"]: shipments.decide,
    CAPTURED["complaints"]: complaints.decide,
    PLATFORM_CAPTURED["conversations"]: conversations.conversations,
    PLATFORM_CAPTURED["turns"]: conversations.turns,
    PLATFORM_CAPTURED["escalations"]: conversations.escalations,
}
