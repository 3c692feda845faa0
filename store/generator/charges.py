"""What invoices are paid with, and what came in for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from schemas.identifiers import digitable_line
from store.generator.fulfilment import Invoice
from store.generator.tables import Cents, Row, Seed, Table, reais

BANKS = ("001", "033", "104", "237", "341", "748", "756")
_DUPLICATE_SHARE = 0.012


@dataclass(slots=True)
class Charges:
    """A charge for each instalment of the invoices; ``unpaid`` and ``late`` are complete once the rows were read."""

    seed: Seed
    invoices: Sequence[Invoice]
    unpaid: dict[int, Cents] = field(default_factory=dict)
    late: set[int] = field(default_factory=set)
    _payments: list[Row] = field(default_factory=list)

    def tables(self) -> Iterator[Table]:
        """``charges``, then ``payments``."""
        yield Table("charges", _CHARGE_COLUMNS, self._rows())
        yield Table("payments", _PAYMENT_COLUMNS, self._payments)

    def _rows(self) -> Iterator[Row]:
        random, charge_id = self.seed.random("charges"), 0
        for invoice in self.invoices:
            method, pharmacy = invoice.order.payment.method, invoice.order.pharmacy_id
            days = [int(some) for some in invoice.order.payment.due_days.split("/")]
            for place, (some, cents) in enumerate(zip(days, shares(invoice.order.total, len(days)), strict=True)):
                charge_id += 1
                due = (invoice.issued_at + timedelta(days=some)).date()
                paid_at = self._paid(random, invoice, due, last=place == len(days) - 1)
                hybrid = method == "boleto" and random.random() < 0.4
                yield (
                    *(charge_id, invoice.id, place + 1, method),
                    line(random, charge_id, due, cents) if method == "boleto" else None,
                    txid(random, charge_id) if hybrid or method == "pix" else None,
                    *(reais(cents), due, "open" if paid_at is None else "paid"),
                    *(invoice.issued_at, paid_at or invoice.issued_at),
                )
                if paid_at is None:
                    self.unpaid[pharmacy] = self.unpaid.get(pharmacy, 0) + cents
                    if due < self.seed.today:
                        self.late.add(pharmacy)
                else:
                    self._pay(random, charge_id, "pix" if hybrid and random.random() < 0.5 else method, cents, paid_at)

    def _paid(self, random: Random, invoice: Invoice, due: date, *, last: bool) -> datetime | None:
        """When an instalment was paid; an invoice under way has paid what is due, a late one has not."""
        if invoice.paid_at is not None:
            share = 1.0 if last else random.uniform(0.5, 1.0)
            return invoice.issued_at + (invoice.paid_at - invoice.issued_at) * share
        if invoice.status == "issued" and due < self.seed.today:
            return invoice.issued_at + (self.seed.now - invoice.issued_at) * random.uniform(0.3, 0.9)
        return None

    def _pay(self, random: Random, charge_id: int, method: str, cents: Cents, at: datetime) -> None:
        self._payments.append((len(self._payments) + 1, charge_id, method, reais(cents), "settled", at, at))
        again = at + timedelta(hours=random.randrange(1, 30))
        if random.random() < _DUPLICATE_SHARE and again < self.seed.now:
            status = random.choice(("duplicate", "duplicate", "reversed"))
            self._payments.append((len(self._payments) + 1, charge_id, method, reais(cents), status, again, again))


def shares(total: Cents, parts: int) -> list[Cents]:
    """The total in equal instalments; what cannot be shared is in the first."""
    share = total // parts
    return [total - share * (parts - 1), *[share] * (parts - 1)]


def line(random: Random, charge_id: int, due: date, cents: Cents) -> str:
    """A boleto's digitable line; the bank's own digits hold the charge."""
    return digitable_line(random.choice(BANKS), due, cents, f"{charge_id:011d}{random.randrange(10**14):014d}")


def txid(random: Random, charge_id: int) -> str:
    """The id of a Pix charge."""
    return f"BL{charge_id:012d}{random.randrange(10**16):016d}"


_CHARGE_COLUMNS = (
    "id",
    "invoice_id",
    "instalment",
    "method",
    "digitable_line",
    "pix_txid",
    "amount",
    "due_on",
    "status",
    "created_at",
    "updated_at",
)
_PAYMENT_COLUMNS = ("id", "charge_id", "method", "amount", "status", "paid_at", "updated_at")
