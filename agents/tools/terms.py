"""Reads on prices by quantity, terms, delivery, payment, credit, invoices and substitutes."""

from collections.abc import Sequence

from agents.tools.desk import Desk
from agents.tools.tool import read
from store import billing, pricing
from store import credit as credit_of
from store import substitutes as alternatives
from store import terms as terms_of
from store.billing import Charge, Invoice
from store.credit import Credit
from store.pricing import Promotion, Quote, Tier, Wanted
from store.substitutes import Substitute
from store.terms import City, DeliveryArea, PaymentTerm, SupplierTerms


@read
async def quotes(desk: Desk, wanted: Sequence[Wanted]) -> Sequence[Quote]:
    """The price of each offer for its quantity, in the pharmacy's state."""
    return await desk.query(lambda connection: pricing.quotes(connection, wanted, state=desk.state, on=desk.today))


@read
async def tiers(desk: Desk, offer_ids: Sequence[int]) -> Sequence[Tier]:
    """The offers' prices by quantity, in the pharmacy's state."""
    return await desk.query(lambda connection: pricing.tiers(connection, offer_ids, state=desk.state, on=desk.today))


@read
async def promotions(desk: Desk, limit: int = 10) -> Sequence[Promotion]:
    """What is on offer in the pharmacy's state today."""
    return await desk.query(
        lambda connection: pricing.promotions(connection, state=desk.state, on=desk.today, limit=limit)
    )


@read
async def substitutes(desk: Desk, product_ids: Sequence[int], limit: int = 10) -> Sequence[Substitute]:
    """Products of the same active ingredients, dose and form, by other makers."""
    return await desk.query(lambda connection: alternatives.substitutes(connection, product_ids, limit=limit))


@read
async def supplier_terms(desk: Desk, supplier_ids: Sequence[int]) -> Sequence[SupplierTerms]:
    """Minimum order and freight of suppliers."""
    return await desk.query(lambda connection: terms_of.supplier_terms(connection, supplier_ids))


@read
async def delivery_areas(
    desk: Desk, state: str, city: str | None = None, supplier_ids: Sequence[int] | None = None
) -> Sequence[DeliveryArea]:
    """Who delivers there, on which days and how fast."""
    return await desk.query(
        lambda connection: terms_of.delivery_areas(connection, state=state, city=city, supplier_ids=supplier_ids)
    )


@read
async def cities(desk: Desk) -> Sequence[City]:
    """The cities that suppliers deliver to."""
    return await desk.query(terms_of.cities)


@read
async def payment_terms(desk: Desk, supplier_ids: Sequence[int] | None = None) -> Sequence[PaymentTerm]:
    """How the pharmacy may pay whom."""
    return await desk.query(lambda connection: terms_of.payment_terms(connection, desk.pharmacy, supplier_ids))


@read
async def credit(desk: Desk) -> Credit | None:
    """The pharmacy's credit limit and what is left of it."""
    return await desk.query(lambda connection: credit_of.credit(connection, desk.pharmacy))


@read
async def invoices(
    desk: Desk, order_ids: Sequence[int] | None = None, number: int | None = None, unpaid: bool = False
) -> Sequence[Invoice]:
    """The pharmacy's invoices, newest first."""
    return await desk.query(
        lambda connection: billing.invoices(
            connection, desk.pharmacy, order_ids=order_ids, number=number, unpaid=unpaid
        )
    )


@read
async def charges(
    desk: Desk,
    order_ids: Sequence[int] | None = None,
    invoice_ids: Sequence[int] | None = None,
    open_only: bool = False,
) -> Sequence[Charge]:
    """The pharmacy's boletos and PIX charges."""
    return await desk.query(
        lambda connection: billing.charges(
            connection, desk.pharmacy, order_ids=order_ids, invoice_ids=invoice_ids, open_only=open_only
        )
    )
