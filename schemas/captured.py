"""The captured tables, one topic each, keyed by the table's name: the marketplace's, and those of our own database."""

from schemas.records import billing, marketplace, platform, terms
from schemas.topic import KeyType, Table, Topic

_WAREHOUSE = "sinks.bigquery"
_DOCUMENTS = "streams"
_EVENTS = "streams.events"


def _captured(
    table: str,
    row: type,
    description: str,
    *,
    owner: str,
    primary_key: tuple[str, ...] = ("id",),
    database: str = "marketplace",
    streams: tuple[str, ...] = (),
    busy: bool = False,
) -> Topic:
    return Topic(
        name=f"cdc.{database}.public.{table}",
        value=row,
        description=description,
        owner=owner,
        producers=("connectors.postgres",),
        consumers=(*streams, _WAREHOUSE),
        key=KeyType.AVRO,
        partitions=2 if busy else 1,
        table=Table(database=database, schema="public", name=table, primary_key=primary_key),
    )


CAPTURED: dict[str, Topic] = {
    "pharmacies": _captured(
        "pharmacies", marketplace.Pharmacy, "Changes of pharmacies.", owner="accounts", streams=(_EVENTS,)
    ),
    "contacts": _captured(
        "contacts",
        marketplace.Contact,
        "Changes of the people who speak for pharmacies.",
        owner="accounts",
        streams=(_EVENTS,),
    ),
    "suppliers": _captured(
        "suppliers",
        marketplace.Supplier,
        "Changes of manufacturers and distributors.",
        owner="catalog",
        streams=(_DOCUMENTS,),
    ),
    "products": _captured(
        "products",
        marketplace.Product,
        "Changes of products and their price ceilings.",
        owner="catalog",
        streams=(_DOCUMENTS, _EVENTS),
    ),
    "offers": _captured(
        "offers",
        marketplace.Offer,
        "Changes of suppliers' prices for products.",
        owner="catalog",
        streams=(_DOCUMENTS, _EVENTS),
        busy=True,
    ),
    "inventory": _captured(
        "inventory",
        marketplace.Inventory,
        "Changes of suppliers' stock.",
        owner="catalog",
        primary_key=("supplier_id", "product_id"),
        streams=(_DOCUMENTS, _EVENTS),
        busy=True,
    ),
    "orders": _captured(
        "orders",
        marketplace.Order,
        "Changes of orders, with the row before each.",
        owner="orders",
        streams=(_EVENTS,),
        busy=True,
    ),
    "order_items": _captured(
        "order_items", marketplace.OrderItem, "Changes of the lines of orders.", owner="orders", busy=True
    ),
    "shipments": _captured(
        "shipments", marketplace.Shipment, "Changes of deliveries on their way.", owner="orders", streams=(_EVENTS,)
    ),
    "invoices": _captured("invoices", marketplace.Invoice, "Changes of electronic invoices.", owner="billing"),
    "returns": _captured("returns", marketplace.Return, "Changes of returns of goods.", owner="support"),
    "complaints": _captured(
        "complaints", marketplace.Complaint, "Changes of complaints.", owner="support", streams=(_EVENTS,)
    ),
    "price_tiers": _captured("price_tiers", terms.PriceTier, "Changes of discounts on offers.", owner="catalog"),
    "delivery_areas": _captured(
        "delivery_areas", terms.DeliveryArea, "Changes of where suppliers deliver.", owner="orders"
    ),
    "payment_terms": _captured(
        "payment_terms", terms.PaymentTerm, "Changes of how suppliers are paid.", owner="billing"
    ),
    "delivery_addresses": _captured(
        "delivery_addresses", billing.DeliveryAddress, "Changes of pharmacies' addresses.", owner="accounts"
    ),
    "credit_limits": _captured(
        "credit_limits",
        billing.CreditLimit,
        "Changes of how much pharmacies may owe.",
        owner="billing",
        primary_key=("pharmacy_id",),
    ),
    "charges": _captured("charges", billing.Charge, "Changes of what invoices are paid with.", owner="billing"),
    "payments": _captured("payments", billing.Payment, "Changes of money that came in.", owner="billing"),
    "refunds": _captured("refunds", billing.Refund, "Changes of money given back for returns.", owner="support"),
    "service_requests": _captured(
        "service_requests", billing.ServiceRequest, "Changes of what people must do for pharmacies.", owner="support"
    ),
}

PLATFORM_CAPTURED: dict[str, Topic] = {
    "conversations": _captured(
        "conversations",
        platform.Conversation,
        "Changes of conversations, without who holds them.",
        owner="conversations",
        database="platform",
        streams=(_EVENTS,),
    ),
    "turns": _captured(
        "turns",
        platform.Turn,
        "What was decided in answer to messages, without what was said.",
        owner="conversations",
        database="platform",
        streams=(_EVENTS,),
    ),
    "escalations": _captured(
        "escalations",
        platform.Escalation,
        "Changes of conversations that a person must take, without what was said.",
        owner="conversations",
        database="platform",
        streams=(_EVENTS,),
    ),
}
