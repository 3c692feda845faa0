"""Every topic, declared once. A topic's name stands nowhere else; a test holds that."""

from datetime import timedelta

from schemas.captured import CAPTURED, PLATFORM_CAPTURED
from schemas.events import EVENTS
from schemas.records.catalog import SearchDocument
from schemas.records.conversations import DeliveryUpdate, Escalation, InboundMessage, Reply
from schemas.records.models import ModelCall
from schemas.records.operations import LetterDecision
from schemas.topic import Cleanup, Topic

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

LETTER_DECISIONS = Topic(
    name="operations.letter-decisions",
    value=LetterDecision,
    description="What people decided about dead letters: edited, redriven, discarded; written by `balcao dlq`.",
    owner="operations",
    producers=(),
    retention=None,
    partitions=1,
)

LLM_USAGE = Topic(
    name="llm.usage",
    value=ModelCall,
    description="Calls of language models and what they cost, published from the platform's outbox.",
    owner="conversations",
    producers=("agents.customer",),
    consumers=("sinks.bigquery",),
    retention=timedelta(days=30),
)

TOPICS: tuple[Topic, ...] = (
    *CAPTURED.values(),
    *PLATFORM_CAPTURED.values(),
    *EVENTS,
    SEARCH_DOCUMENTS,
    INBOUND,
    DELIVERY,
    REPLY,
    ESCALATION,
    LETTER_DECISIONS,
    LLM_USAGE,
)

BY_NAME = {topic.name: topic for topic in TOPICS}
