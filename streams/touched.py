"""Which products a captured change touches. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.captured import CAPTURED
from schemas.topic import Topic
from streams.changes import SNAPSHOT, Envelope, committed_at, row

PRODUCTS, OFFERS, INVENTORY, SUPPLIERS = (CAPTURED[name] for name in ("products", "offers", "inventory", "suppliers"))
CATALOG = (PRODUCTS, OFFERS, INVENTORY, SUPPLIERS)


@dataclass(slots=True)
class Touched:
    """Products and suppliers by id, each with the newest commit time, and the transactions that touched them."""

    products: dict[int, datetime] = field(default_factory=dict)
    suppliers: dict[int, datetime] = field(default_factory=dict)
    transactions: set[int] = field(default_factory=set)

    def add(self, table: str, change: Envelope) -> None:
        """Take in one change of the named table.

        Raises ``BadRecord`` for a change without a row; a TRUNCATE is one.
        """
        when = committed_at(change)
        transaction = change["source"]["txId"]
        # A snapshot's rows carry the reading transaction's own id, which never commits a change.
        if transaction is not None and change["op"] != SNAPSHOT:
            self.transactions.add(transaction)
        for side in (change["before"], row(change)):
            if side is None:
                continue
            if table == "suppliers":
                _newest(self.suppliers, side["id"], when)
            elif table == "products":
                _newest(self.products, side["id"], when)
            elif side.get("product_id"):
                _newest(self.products, side["product_id"], when)


def _newest(times: dict[int, datetime], key: int, when: datetime) -> None:
    if key not in times or times[key] < when:
        times[key] = when


def table_of(topic: Topic) -> str:
    """The captured table's name."""
    assert topic.table is not None
    return topic.table.name
