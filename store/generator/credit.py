"""How much pharmacies may owe: what they owe, and usually more."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from store.generator.accounts import DEMO_PHARMACY_ID
from store.generator.charges import Charges
from store.generator.orders import Order
from store.generator.tables import Row, Seed, Table, reais

_STEP = 500_00
_NOT_INVOICED = frozenset({"placed", "confirmed", "picking"})


def tables(seed: Seed, pharmacies: int, orders: Sequence[Order], charges: Charges) -> Iterator[Table]:
    """``credit_limits``; the others may be filled until the rows are read."""
    columns = ("pharmacy_id", "credit_limit", "blocked_reason", "updated_at")
    yield Table("credit_limits", columns, _rows(seed, pharmacies, orders, charges))


def _rows(seed: Seed, pharmacies: int, orders: Sequence[Order], charges: Charges) -> Iterator[Row]:
    random, used = seed.random("credit"), dict(charges.unpaid)
    for order in orders:
        if order.status in _NOT_INVOICED and order.payment.method == "boleto":
            used[order.pharmacy_id] = used.get(order.pharmacy_id, 0) + order.total
    for pharmacy in range(1, pharmacies + 1):
        share, least = random.uniform(1.05, 3.0), random.choice((3_000_00, 8_000_00, 20_000_00))
        chance = random.random()
        if pharmacy == DEMO_PHARMACY_ID:
            share, least, chance = 2.0, 20_000_00, 1.0
        steps = -(-int(max(least, used.get(pharmacy, 0) * share)) // _STEP)
        late = pharmacy in charges.late and chance < 0.5
        blocked = "overdue" if late else "documents" if chance < 0.01 else "review" if chance < 0.015 else None
        changed = seed.now - timedelta(days=random.randrange(1, 200))
        yield pharmacy, reais(steps * _STEP), blocked, changed
