"""Every topic, declared once. A topic's name stands nowhere else; a test holds that."""

from datetime import timedelta

from schemas.captured import CAPTURED
from schemas.records.catalog import SearchDocument
from schemas.records.conversations import DeliveryUpdate, Escalation, InboundMessage, Reply
from schemas.records.orders import OrderStatusChanged
from schemas.topic import Cleanup, Topic, Visibility

ORDER_STATUS_CHANGED = Topic(
    name="orders.status-changed.v1",
    value=OrderStatusChanged,
    description="An order was placed or moved to another status.",
    owner="orders",
    producers=("streams",),
    visibility=Visibility.PUBLIC,
    retention=timedelta(days=30),
)

SEARCH_DOCUMENTS = Topic(
    name="catalog.search-documents",
    value=SearchDocument,
    description="Each product joined with its offers and stock, for the vector index.",
    owner="catalog",
    producers=("streams",),
    consumers=("sinks.qdrant",),
    cleanup=Cleanup.COMPACT,
    retention=None,
    partitions=2,
)

INBOUND = Topic(
    name="conversations.inbound",
    value=InboundMessage,
    description="Messages that contacts sent us.",
    owner="conversations",
    producers=("connectors.whatsapp",),
    consumers=("agents.customer",),
)

DELIVERY = Topic(
    name="conversations.delivery",
    value=DeliveryUpdate,
    description="What became of the messages we sent.",
    owner="conversations",
    producers=("connectors.whatsapp",),
    consumers=("sinks.whatsapp",),
)

REPLY = Topic(
    name="conversations.reply",
    value=Reply,
    description="Messages to send to contacts, decided by a turn and published from the platform's outbox.",
    owner="conversations",
    producers=("agents.customer",),
    consumers=("sinks.whatsapp",),
)

ESCALATION = Topic(
    name="conversations.escalation",
    value=Escalation,
    description="Conversations that a person must take, published from the platform's outbox.",
    owner="conversations",
    producers=("agents.customer",),
)

TOPICS: tuple[Topic, ...] = (
    *CAPTURED.values(),
    ORDER_STATUS_CHANGED,
    SEARCH_DOCUMENTS,
    INBOUND,
    DELIVERY,
    REPLY,
    ESCALATION,
)

BY_NAME = {topic.name: topic for topic in TOPICS}
