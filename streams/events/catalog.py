"""Captured products, offers and stock -> the events of the catalogue."""

from collections.abc import Sequence

from schemas.captured import CAPTURED
from schemas.events import OFFER_WITHDRAWN, PRICE_CHANGED, PRODUCT_PUBLISHED, STOCK_CHANGED
from schemas.records.offers import Stripe, WithdrawalReason
from streams.changes import Envelope
from streams.events.change import Emit, Event, Row, before, known, reads

_published = Emit(PRODUCT_PUBLISHED, CAPTURED["products"])
_price_changed = Emit(PRICE_CHANGED, CAPTURED["offers"])
_withdrawn = Emit(OFFER_WITHDRAWN, CAPTURED["offers"])
_stock_changed = Emit(STOCK_CHANGED, CAPTURED["inventory"])


@reads(
    "id",
    "name",
    "status",
    "active_ingredients",
    "presentation",
    "manufacturer_id",
    "gtin",
    "anvisa_registration",
    "stripe",
    "ceiling_price",
)
def products(change: Envelope) -> Sequence[Event]:
    """The event of a product that becomes active."""
    after = change["after"]
    if change["op"] not in ("c", "u") or after is None or after["status"] != "active":
        return ()
    old = before(change)
    if old is not None and old["status"] == "active":
        return ()
    fields = {
        "product_id": after["id"],
        "name": after["name"],
        "active_ingredients": [name for name in after["active_ingredients"] if name is not None],
        "presentation": after["presentation"],
        "manufacturer_id": after["manufacturer_id"],
        "gtin": after["gtin"],
        "anvisa_registration": after["anvisa_registration"],
        "stripe": known(after["stripe"], Stripe),
        "ceiling_price": after["ceiling_price"],
    }
    return (_published(change, str(after["id"]), fields),)


@reads("id", "supplier_id", "product_id", "price", "minimum_quantity", "state")
def offers(change: Envelope) -> Sequence[Event]:
    """The event of an active offer's new price, or of an offer that becomes active or stops being so."""
    if change["op"] not in ("c", "u", "d"):
        return ()
    old, new = before(change), change["after"]
    was_active, is_active = _active(old), _active(new)
    if is_active:
        price = old["price"] if was_active and old is not None else None
        if price == new["price"]:
            return ()
        fields = {**_offer(new), "before": price, "after": new["price"], "minimum_quantity": new["minimum_quantity"]}
        return (_price_changed(change, str(new["id"]), fields),)
    if was_active and old is not None:
        reason = "deleted" if new is None else known(new["state"], WithdrawalReason)
        return (_withdrawn(change, str(old["id"]), {**_offer(old), "before": old["price"], "reason": reason}),)
    return ()


@reads("supplier_id", "product_id", "on_hand", "reserved")
def inventory(change: Envelope) -> Sequence[Event]:
    """The event of a changed count of units that can still be sold."""
    if change["op"] not in ("c", "u", "d"):
        return ()
    old, new = before(change), change["after"]
    was, now = _available(old), _available(new) or 0
    row = new or old
    if row is None or was == now:
        return ()
    fields = {"supplier_id": row["supplier_id"], "product_id": row["product_id"], "before": was, "after": now}
    return (_stock_changed(change, f"{row['supplier_id']}:{row['product_id']}", fields),)


def _active(row: Row | None) -> bool:
    return row is not None and row["state"] == "active"


def _offer(row: Row) -> dict[str, int]:
    return {"offer_id": row["id"], "supplier_id": row["supplier_id"], "product_id": row["product_id"]}


def _available(row: Row | None) -> int | None:
    return None if row is None else row["on_hand"] - row["reserved"]
