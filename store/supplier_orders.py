"""What one supplier's part of a basket costs, and what of its terms stands in the way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from store.outcomes import Problem, Reason
from store.pricing import Quote
from store.terms import DeliveryArea, PaymentTerm, SupplierTerms

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Payment:
    """A way to pay: ``method`` boleto, pix or card, and days to each instalment."""

    method: str
    due_days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SupplierOrder:
    """The part of a basket that one supplier delivers. BRL; ``discount`` is for paying as ``payment`` says.

    ``minimum_order`` is what the items must cost, ``free_freight_from`` what makes the freight free; ``None`` for
    neither. ``payment`` is ``None`` where the supplier names none: then it is a boleto that is agreed on later.
    """

    supplier_id: int
    supplier: str
    lines: tuple[Quote, ...]
    items_total: Decimal
    discount: Decimal
    freight: Decimal
    minimum_order: Decimal | None
    free_freight_from: Decimal | None
    days_from: int | None
    days_to: int | None
    payment: Payment | None

    @property
    def total(self) -> Decimal:
        """What the pharmacy pays."""
        return self.items_total - self.discount + self.freight

    @property
    def lacking(self) -> Decimal:
        """How much more the items must cost to reach the minimum; zero when they do."""
        return max((self.minimum_order or Decimal(0)) - self.items_total, Decimal(0))

    @property
    def on_credit(self) -> bool:
        """Whether it counts against the pharmacy's limit: everything but Pix and card."""
        return self.payment is None or self.payment.method == "boleto"


def assemble(
    lines: Sequence[Quote],
    terms: SupplierTerms,
    area: DeliveryArea | None,
    accepted: Sequence[PaymentTerm],
    payment: Payment | None,
) -> tuple[SupplierOrder, list[Problem]]:
    """The order of the lines, all of one supplier, and what stands in its way but for lines and credit.

    Without ``payment`` the first of ``accepted`` is taken whose minimum the items reach.
    """
    items_total = sum((line.total for line in lines), Decimal(0))
    problems = []
    if area is None:
        problems.append(_problem("no_delivery", terms))
    if terms.minimum_order is not None and items_total < terms.minimum_order:
        problems.append(_problem("below_minimum_order", terms, items_total, terms.minimum_order))
    term = _term(accepted, payment, items_total)
    if term is None and payment is not None:
        least = [way.minimum_order for way in accepted if Payment(way.method, way.due_days) == payment]
        problems.append(_problem("payment_method", terms, items_total, least[0] if least else None))
    free = area is None or (area.free_freight_from is not None and items_total >= area.free_freight_from)
    order = SupplierOrder(
        supplier_id=terms.supplier_id,
        supplier=terms.supplier,
        lines=tuple(lines),
        items_total=items_total,
        discount=percent(items_total, term.discount if term else Decimal(0)),
        freight=Decimal("0.00") if free or area is None else area.freight,
        minimum_order=terms.minimum_order,
        free_freight_from=area.free_freight_from if area else None,
        days_from=area.days_from if area else None,
        days_to=area.days_to if area else None,
        payment=Payment(term.method, term.due_days) if term else payment,
    )
    return order, problems


def line_problems(line: Quote, available: int) -> list[Problem]:
    """What stands in the way of one line, of which so many units may be taken."""
    if line.obstacle is not None:
        wanted, allowed = (line.list_price, line.ceiling_price) if line.obstacle == "above_ceiling" else (None, None)
        return [_of_line(line, line.obstacle, wanted, allowed)]
    if line.quantity < line.minimum_quantity:
        return [_of_line(line, "below_minimum_quantity", line.quantity, line.minimum_quantity)]
    if line.quantity > available:
        return [_of_line(line, "out_of_stock", line.quantity, available)]
    return []


def price_problem(line: Quote, shown: Decimal) -> list[Problem]:
    """Whether the line's price for one is another than was shown."""
    return [] if line.unit_price == shown else [_of_line(line, "price_changed", shown, line.unit_price)]


def percent(amount: Decimal, rate: Decimal) -> Decimal:
    """``rate`` per cent of BRL, half up to cents, as PostgreSQL's ``round`` does."""
    return (amount * rate / 100).quantize(CENT, ROUND_HALF_UP)


def _term(accepted: Sequence[PaymentTerm], payment: Payment | None, items_total: Decimal) -> PaymentTerm | None:
    for term in accepted:
        enough = term.minimum_order is None or items_total >= term.minimum_order
        if enough and (payment is None or payment == Payment(term.method, term.due_days)):
            return term
    return None


def _problem(
    reason: Reason,
    terms: SupplierTerms,
    wanted: Decimal | None = None,
    allowed: Decimal | None = None,
) -> Problem:
    return Problem(
        reason=reason, supplier_id=terms.supplier_id, supplier=terms.supplier, wanted=wanted, allowed=allowed
    )


def _of_line(line: Quote, reason: Reason, wanted: int | Decimal | None, allowed: int | Decimal | None) -> Problem:
    return Problem(
        reason=reason,
        offer_id=line.offer_id,
        product_id=line.product_id,
        product=line.name,
        supplier_id=line.supplier_id,
        supplier=line.supplier,
        wanted=None if wanted is None else Decimal(wanted),
        allowed=None if allowed is None else Decimal(allowed),
    )
