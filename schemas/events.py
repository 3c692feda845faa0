"""The domain events: public, versioned topics that other teams subscribe to, keyed by the subject's id."""

from datetime import date, timedelta
from decimal import Decimal

from schemas.records import accounts, complaints, dialogue, offers, orders, shipments
from schemas.rules import Between, Differ, Filled, Format, Rule
from schemas.topic import Revision, Topic, Visibility

_FIRST = Revision(date(2026, 11, 21), "First version.")
_CENT = Decimal("0.01")


def _event(name: str, value: type, description: str, *rules: Rule, owner: str) -> Topic:
    return Topic(
        name=f"{name}.v1",
        value=value,
        description=description,
        owner=owner,
        producers=("streams.events",),
        visibility=Visibility.PUBLIC,
        retention=timedelta(days=30),
        partitions=2,
        rules=rules,
        revisions=(_FIRST,),
    )


ORDER_PLACED = _event(
    "orders.placed",
    orders.OrderPlaced,
    "A pharmacy placed an order.",
    Filled("order_number"),
    Between("total", least=0),
    owner="orders",
)
ORDER_STATUS_CHANGED = _event(
    "orders.status-changed",
    orders.OrderStatusChanged,
    "An order was placed or moved to another status.",
    Filled("order_number"),
    Differ("before", "after"),
    owner="orders",
)
ORDER_DELIVERED = _event(
    "orders.delivered",
    orders.OrderDelivered,
    "A pharmacy received an order.",
    Between("total", least=0),
    owner="orders",
)
ORDER_CANCELLED = _event(
    "orders.cancelled", orders.OrderCancelled, "An order was cancelled.", Between("total", least=0), owner="orders"
)
ORDER_RETURNED = _event(
    "orders.returned", orders.OrderReturned, "A delivered order went back.", Between("total", least=0), owner="orders"
)
PRODUCT_PUBLISHED = _event(
    "catalog.product-published",
    offers.ProductPublished,
    "A product can be offered from now on.",
    Filled("name"),
    Format("gtin", "gtin"),
    Between("ceiling_price", least=_CENT),
    owner="catalog",
)
PRICE_CHANGED = _event(
    "catalog.price-changed",
    offers.PriceChanged,
    "The price of an active offer changed, or an offer became active.",
    Between("after", least=_CENT),
    Between("minimum_quantity", least=1),
    Differ("before", "after"),
    owner="catalog",
)
STOCK_CHANGED = _event(
    "catalog.stock-changed",
    offers.StockChanged,
    "The units of a product that a supplier can still sell changed.",
    Between("after", least=0),
    Differ("before", "after"),
    owner="catalog",
)
OFFER_WITHDRAWN = _event(
    "catalog.offer-withdrawn",
    offers.OfferWithdrawn,
    "An active offer cannot be bought any more.",
    Between("before", least=_CENT),
    owner="catalog",
)
PHARMACY_REGISTERED = _event(
    "pharmacies.registered",
    accounts.PharmacyRegistered,
    "A pharmacy joined the marketplace.",
    Format("cnpj", "cnpj"),
    Filled("trade_name"),
    owner="accounts",
)
CONSENT_CHANGED = _event(
    "pharmacies.consent-changed",
    accounts.ConsentChanged,
    "A contact of a pharmacy allowed us to write first, or took that back.",
    Differ("before", "after"),
    owner="accounts",
)
SHIPMENT_DISPATCHED = _event(
    "shipments.dispatched", shipments.ShipmentDispatched, "The carrier took an order's goods.", owner="orders"
)
SHIPMENT_DELAYED = _event(
    "shipments.delayed",
    shipments.ShipmentDelayed,
    "The carrier moved the estimated day of delivery back.",
    Differ("before", "after"),
    owner="orders",
)
SHIPMENT_DELIVERED = _event(
    "shipments.delivered", shipments.ShipmentDelivered, "The pharmacy received a shipment.", owner="orders"
)
CONVERSATION_STARTED = _event(
    "conversations.started", dialogue.ConversationStarted, "A contact began a conversation.", owner="conversations"
)
CONVERSATION_ANSWERED = _event(
    "conversations.answered",
    dialogue.ConversationAnswered,
    "A turn decided an answer to a message.",
    Filled("flow"),
    Between("latency_ms", least=0),
    owner="conversations",
)
CONVERSATION_ESCALATED = _event(
    "conversations.escalated",
    dialogue.ConversationEscalated,
    "A person must take a conversation.",
    Filled("reason"),
    owner="conversations",
)
CONVERSATION_RESOLVED = _event(
    "conversations.resolved", dialogue.ConversationResolved, "A conversation was closed.", owner="conversations"
)
CONVERSATION_RATED = _event(
    "conversations.rated",
    dialogue.ConversationRated,
    "A contact said how well we helped.",
    Between("rating", 1, 5),
    owner="conversations",
)
COMPLAINT_OPENED = _event("complaints.opened", complaints.ComplaintOpened, "A pharmacy complained.", owner="support")
COMPLAINT_RESOLVED = _event(
    "complaints.resolved", complaints.ComplaintResolved, "A complaint was dealt with.", owner="support"
)

EVENTS: tuple[Topic, ...] = (
    ORDER_PLACED,
    ORDER_STATUS_CHANGED,
    ORDER_DELIVERED,
    ORDER_CANCELLED,
    ORDER_RETURNED,
    PRODUCT_PUBLISHED,
    PRICE_CHANGED,
    STOCK_CHANGED,
    OFFER_WITHDRAWN,
    PHARMACY_REGISTERED,
    CONSENT_CHANGED,
    SHIPMENT_DISPATCHED,
    SHIPMENT_DELAYED,
    SHIPMENT_DELIVERED,
    CONVERSATION_STARTED,
    CONVERSATION_ANSWERED,
    CONVERSATION_ESCALATED,
    CONVERSATION_RESOLVED,
    CONVERSATION_RATED,
    COMPLAINT_OPENED,
    COMPLAINT_RESOLVED,
)
