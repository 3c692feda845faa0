"""The other teams: who they are, what they subscribed to, and which fields they read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Team:
    """A team that subscribes to public topics. ``consume_bytes_per_second`` is its quota at the broker."""

    name: str
    description: str
    contact: str
    consume_bytes_per_second: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """A team's declared use of a public topic; empty ``fields`` means that it reads all of them.

    Declaring is what protects a team: a change that breaks what it reads is refused with its name.
    """

    team: str
    topic: str
    purpose: str
    fields: tuple[str, ...] = ()


TEAMS = {
    team.name: team
    for team in (
        Team("billing", "Invoices, payments and credit.", "billing@balcao.example"),
        Team("logistics", "Carriers, deliveries and freight.", "logistics@balcao.example"),
        Team("pricing", "Price monitoring and commercial offers.", "pricing@balcao.example"),
        Team("customer-success", "Pharmacies' satisfaction and retention.", "cs@balcao.example"),
        Team("data-science", "Forecasts and market intelligence.", "data@balcao.example"),
    )
}

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription(
        "billing",
        "orders.status-changed.v1",
        "Issues the invoice when picking ends and the credit when an order is cancelled.",
        ("id", "order_id", "pharmacy_id", "supplier_id", "after"),
    ),
    Subscription(
        "billing", "orders.returned.v1", "Credits returned orders.", ("id", "order_id", "pharmacy_id", "total")
    ),
    Subscription("logistics", "orders.placed.v1", "Plans routes.", ("id", "order_id", "pharmacy_id", "supplier_id")),
    Subscription("logistics", "shipments.delayed.v1", "Calls the carrier."),
    Subscription(
        "pricing",
        "catalog.price-changed.v1",
        "Watches suppliers' prices.",
        ("id", "product_id", "supplier_id", "before", "after"),
    ),
    Subscription("customer-success", "complaints.opened.v1", "Follows complaints up."),
    Subscription(
        "customer-success", "conversations.rated.v1", "Follows satisfaction.", ("id", "pharmacy_id", "rating")
    ),
    Subscription("data-science", "catalog.stock-changed.v1", "Forecasts what runs out."),
)
