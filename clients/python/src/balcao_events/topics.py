"""The topics you can subscribe to, each with the class of its records."""

# Derived from Balcão's register by `balcao derive`; do not edit.

from balcao_events.records import Event, catalog, complaints, conversations, orders, pharmacies, shipments
from balcao_events.topic import Topic

ORDER_PLACED = Topic(
    name="orders.placed.v1",
    record=orders.OrderPlaced,
    owner="orders",
    contact="orders@balcao.example",
)
"""A pharmacy placed an order."""
ORDER_STATUS_CHANGED = Topic(
    name="orders.status-changed.v1",
    record=orders.OrderStatusChanged,
    owner="orders",
    contact="orders@balcao.example",
)
"""An order was placed or moved to another status."""
ORDER_DELIVERED = Topic(
    name="orders.delivered.v1",
    record=orders.OrderDelivered,
    owner="orders",
    contact="orders@balcao.example",
)
"""A pharmacy received an order."""
ORDER_CANCELLED = Topic(
    name="orders.cancelled.v1",
    record=orders.OrderCancelled,
    owner="orders",
    contact="orders@balcao.example",
)
"""An order was cancelled."""
ORDER_RETURNED = Topic(
    name="orders.returned.v1",
    record=orders.OrderReturned,
    owner="orders",
    contact="orders@balcao.example",
)
"""A delivered order went back."""
PRODUCT_PUBLISHED = Topic(
    name="catalog.product-published.v1",
    record=catalog.ProductPublished,
    owner="catalog",
    contact="catalog@balcao.example",
)
"""A product can be offered from now on."""
PRICE_CHANGED = Topic(
    name="catalog.price-changed.v1",
    record=catalog.PriceChanged,
    owner="catalog",
    contact="catalog@balcao.example",
)
"""The price of an active offer changed, or an offer became active."""
STOCK_CHANGED = Topic(
    name="catalog.stock-changed.v1",
    record=catalog.StockChanged,
    owner="catalog",
    contact="catalog@balcao.example",
)
"""The units of a product that a supplier can still sell changed."""
OFFER_WITHDRAWN = Topic(
    name="catalog.offer-withdrawn.v1",
    record=catalog.OfferWithdrawn,
    owner="catalog",
    contact="catalog@balcao.example",
)
"""An active offer cannot be bought any more."""
PHARMACY_REGISTERED = Topic(
    name="pharmacies.registered.v1",
    record=pharmacies.PharmacyRegistered,
    owner="accounts",
    contact="accounts@balcao.example",
)
"""A pharmacy joined the marketplace."""
CONSENT_CHANGED = Topic(
    name="pharmacies.consent-changed.v1",
    record=pharmacies.ConsentChanged,
    owner="accounts",
    contact="accounts@balcao.example",
)
"""A contact of a pharmacy allowed us to write first, or took that back."""
SHIPMENT_DISPATCHED = Topic(
    name="shipments.dispatched.v1",
    record=shipments.ShipmentDispatched,
    owner="orders",
    contact="orders@balcao.example",
)
"""The carrier took an order's goods."""
SHIPMENT_DELAYED = Topic(
    name="shipments.delayed.v1",
    record=shipments.ShipmentDelayed,
    owner="orders",
    contact="orders@balcao.example",
)
"""The carrier moved the estimated day of delivery back."""
SHIPMENT_DELIVERED = Topic(
    name="shipments.delivered.v1",
    record=shipments.ShipmentDelivered,
    owner="orders",
    contact="orders@balcao.example",
)
"""The pharmacy received a shipment."""
CONVERSATION_STARTED = Topic(
    name="conversations.started.v1",
    record=conversations.ConversationStarted,
    owner="conversations",
    contact="conversations@balcao.example",
)
"""A contact began a conversation."""
CONVERSATION_ANSWERED = Topic(
    name="conversations.answered.v1",
    record=conversations.ConversationAnswered,
    owner="conversations",
    contact="conversations@balcao.example",
)
"""A turn decided an answer to a message."""
CONVERSATION_ESCALATED = Topic(
    name="conversations.escalated.v1",
    record=conversations.ConversationEscalated,
    owner="conversations",
    contact="conversations@balcao.example",
)
"""A person must take a conversation."""
CONVERSATION_RESOLVED = Topic(
    name="conversations.resolved.v1",
    record=conversations.ConversationResolved,
    owner="conversations",
    contact="conversations@balcao.example",
)
"""A conversation was closed."""
CONVERSATION_RATED = Topic(
    name="conversations.rated.v1",
    record=conversations.ConversationRated,
    owner="conversations",
    contact="conversations@balcao.example",
)
"""A contact said how well we helped."""
COMPLAINT_OPENED = Topic(
    name="complaints.opened.v1",
    record=complaints.ComplaintOpened,
    owner="support",
    contact="support@balcao.example",
)
"""A pharmacy complained."""
COMPLAINT_RESOLVED = Topic(
    name="complaints.resolved.v1",
    record=complaints.ComplaintResolved,
    owner="support",
    contact="support@balcao.example",
)
"""A complaint was dealt with."""

ALL: tuple[Topic[Event], ...] = (
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

BY_NAME = {topic.name: topic for topic in ALL}
