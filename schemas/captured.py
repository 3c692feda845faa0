"""The captured tables of the marketplace, one topic each, keyed by the table's name."""

from schemas.records import marketplace
from schemas.topic import KeyType, Table, Topic

_WAREHOUSE = "sinks.bigquery"


def _captured(
    table: str,
    row: type,
    description: str,
    *,
    owner: str,
    primary_key: tuple[str, ...] = ("id",),
    streams: bool = False,
    busy: bool = False,
) -> Topic:
    return Topic(
        name=f"cdc.marketplace.public.{table}",
        value=row,
        description=description,
        owner=owner,
        producers=("connectors.postgres",),
        consumers=("streams", _WAREHOUSE) if streams else (_WAREHOUSE,),
        key=KeyType.AVRO,
        partitions=2 if busy else 1,
        table=Table(database="marketplace", schema="public", name=table, primary_key=primary_key),
    )


CAPTURED: dict[str, Topic] = {
    "pharmacies": _captured("pharmacies", marketplace.Pharmacy, "Changes of pharmacies.", owner="accounts"),
    "contacts": _captured(
        "contacts", marketplace.Contact, "Changes of the people who speak for pharmacies.", owner="accounts"
    ),
    "suppliers": _captured(
        "suppliers", marketplace.Supplier, "Changes of manufacturers and distributors.", owner="catalog", streams=True
    ),
    "products": _captured(
        "products", marketplace.Product, "Changes of products and their price ceilings.", owner="catalog", streams=True
    ),
    "offers": _captured(
        "offers",
        marketplace.Offer,
        "Changes of suppliers' prices for products.",
        owner="catalog",
        streams=True,
        busy=True,
    ),
    "inventory": _captured(
        "inventory",
        marketplace.Inventory,
        "Changes of suppliers' stock.",
        owner="catalog",
        primary_key=("supplier_id", "product_id"),
        streams=True,
        busy=True,
    ),
    "orders": _captured(
        "orders",
        marketplace.Order,
        "Changes of orders, with the row before each.",
        owner="orders",
        streams=True,
        busy=True,
    ),
    "order_items": _captured(
        "order_items", marketplace.OrderItem, "Changes of the lines of orders.", owner="orders", busy=True
    ),
    "shipments": _captured("shipments", marketplace.Shipment, "Changes of deliveries on their way.", owner="orders"),
    "invoices": _captured("invoices", marketplace.Invoice, "Changes of electronic invoices.", owner="billing"),
    "returns": _captured("returns", marketplace.Return, "Changes of returns of goods.", owner="support"),
    "complaints": _captured("complaints", marketplace.Complaint, "Changes of complaints.", owner="support"),
}
