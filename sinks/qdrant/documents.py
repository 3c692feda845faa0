"""From a search document to what its point holds."""

from decimal import Decimal

from runtime.errors import BadRecord
from runtime.product_points import PointState, ProductPayload
from runtime.records import Record
from runtime.text.search_text import content_hash, document_text
from schemas.records.catalog import SearchDocument

LARGEST_VERSION = 2**53
"""Qdrant compares ranges as 64-bit floats; a version is a WAL position in bytes, which is far from this."""


def point_state(record: Record) -> PointState:
    """What orders a record among those of its product.

    Raises ``BadRecord`` for a record without value, with a key that is not its product's, or with an identifier or
    version that cannot be kept.
    """
    document: SearchDocument | None = record.value
    if document is None:
        raise BadRecord("empty-value", "a search document says that its product is gone with deleted=true")
    if record.key != str(document["product_id"]):
        raise BadRecord("key-mismatch", f"the key is {record.key!r}, the product {document['product_id']}")
    if document["product_id"] < 0:
        raise BadRecord("product-out-of-range", f"the product {document['product_id']} is negative")
    if not 0 <= document["version"] < LARGEST_VERSION:
        raise BadRecord("version-out-of-range", f"the version {document['version']} is not within 0 and 2**53")
    return PointState(
        product_id=document["product_id"],
        version=document["version"],
        offset=record.offset,
        deleted=document["deleted"],
        changed_at=document["changed_at"].isoformat(),
    )


def product_payload(state: PointState, document: SearchDocument) -> tuple[str, ProductPayload]:
    """The text to embed and the payload of a living product."""
    text = document_text(document)
    payload = ProductPayload(
        **state,
        name=document["name"],
        active_ingredients=list(document["active_ingredients"]),
        presentation=document["presentation"],
        manufacturer=document["manufacturer"],
        gtin=document["gtin"],
        anvisa_registration=document["anvisa_registration"],
        stripe=document["stripe"],
        ceiling_price=_number(document["ceiling_price"]),
        offers=[
            {
                "offer_id": offer["offer_id"],
                "supplier_id": offer["supplier_id"],
                "supplier": offer["supplier"],
                "price": float(offer["price"]),
                "minimum_quantity": offer["minimum_quantity"],
                "available": offer["available"],
            }
            for offer in document["offers"]
        ],
        lowest_price=_number(min((offer["price"] for offer in document["offers"]), default=None)),
        available=sum(offer["available"] for offer in document["offers"]),
        text_hash=content_hash(text),
    )
    return text, payload


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
