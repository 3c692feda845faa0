"""The captured rows that say on what terms suppliers sell; as in ``schemas.records.marketplace``."""

from decimal import Decimal
from typing import Annotated, TypedDict

from schemas.marks import Decimals, Doc
from schemas.records.marketplace import DateOrNone, Integer, Money, MoneyOrNone, Small, Timestamp

Percent = Annotated[Decimal, Decimals(5, 2)]


class PriceTier(TypedDict):
    """A discount on an offer for those who buy enough of it, in one state or everywhere, always or in a campaign."""

    id: Annotated[int, Doc("The tier.")]
    offer_id: Annotated[int, Doc("The offer it lowers.")]
    minimum_quantity: Annotated[Integer, Doc("The fewest units it is given for.")]
    state: Annotated[str | None, Doc("Where the goods must go to: a federative unit's two letters; null for anywhere.")]
    discount: Annotated[Percent, Doc("Per cent off the offer's price; of several that apply, the highest counts.")]
    campaign: Annotated[str | None, Doc("The campaign it belongs to; null for a standing tier.")]
    starts_on: Annotated[DateOrNone, Doc("The campaign's first day in Brasília.")]
    ends_on: Annotated[DateOrNone, Doc("The campaign's last day in Brasília.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class DeliveryArea(TypedDict):
    """Where a supplier delivers, for how much and how fast. A city's row counts before its state's."""

    id: Annotated[int, Doc("The area.")]
    supplier_id: Annotated[int, Doc("Who delivers.")]
    state: Annotated[str, Doc("The federative unit's two letters.")]
    city: Annotated[str | None, Doc("The city; null for the state's cities that have no row of their own.")]
    freight: Annotated[Money, Doc("What delivering an order costs, BRL.")]
    free_freight_from: Annotated[MoneyOrNone, Doc("Items that cost as much travel free, BRL; null for never.")]
    days_from: Annotated[Small, Doc("Working days from confirmation to delivery, at the least.")]
    days_to: Annotated[Small, Doc("Working days from confirmation to delivery, usually at the most.")]
    weekdays: Annotated[str, Doc("When it delivers there: 1 for Monday to 7 for Sunday, as in 135.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class PaymentTerm(TypedDict):
    """A way to pay that a supplier accepts, from everybody or from one pharmacy."""

    id: Annotated[int, Doc("The term.")]
    supplier_id: Annotated[int, Doc("Who is paid.")]
    pharmacy_id: Annotated[int | None, Doc("For whom it was agreed; null for everybody.")]
    method: Annotated[str, Doc("boleto, pix or card.")]
    due_days: Annotated[str, Doc("Days from the invoice to each instalment, as in 28/35/42; 0 is at sight.")]
    discount: Annotated[Percent, Doc("Per cent off the items' total for paying so.")]
    minimum_order: Annotated[MoneyOrNone, Doc("The least an order's items must cost to be paid so, BRL; null for any.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]
