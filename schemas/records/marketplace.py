"""The captured tables' rows, column by column as Debezium writes them.

Debezium runs with ``decimal.handling.mode=precise`` and ``time.precision.mode=adaptive``. The class docstring is the
table's comment in the database and each ``Doc`` the column's; a test holds names, order, types and comments together.
"""

from decimal import Decimal
from typing import Annotated, TypedDict

from schemas.marks import Column, Decimals, Doc, Personal

Small = Annotated[int, Column("int16")]
SmallOrNone = Annotated[int | None, Column("int16")]
Integer = Annotated[int, Column("int32")]
Money = Annotated[Decimal, Decimals(12, 2)]
MoneyOrNone = Annotated[Decimal | None, Decimals(12, 2)]
Date = Annotated[int, Column("io.debezium.time.Date")]
DateOrNone = Annotated[int | None, Column("io.debezium.time.Date")]
Timestamp = Annotated[str, Column("io.debezium.time.ZonedTimestamp")]
TimestampOrNone = Annotated[str | None, Column("io.debezium.time.ZonedTimestamp")]
TextArray = list[str | None]


class Pharmacy(TypedDict):
    """A pharmacy that buys on the marketplace."""

    id: Annotated[int, Doc("The pharmacy.")]
    cnpj: Annotated[str, Doc("Company registration: 14 characters, letters allowed in the first 12, no punctuation.")]
    legal_name: Annotated[str, Doc("Razão social."), Personal("a sole trader's name")]
    trade_name: Annotated[str, Doc("Nome fantasia: the name on the door.")]
    city: Annotated[str, Doc("Where it is.")]
    state: Annotated[str, Doc("The federative unit's two letters.")]
    status: Annotated[str, Doc("pending (documents under review), active, blocked (may not order) or closed.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Contact(TypedDict):
    """A person who speaks for a pharmacy."""

    id: Annotated[int, Doc("The contact.")]
    pharmacy_id: Annotated[int, Doc("For whom this person speaks.")]
    name: Annotated[str, Doc("What to call this person."), Personal("name")]
    role: Annotated[str, Doc("owner, pharmacist, buyer, financial or other.")]
    phone: Annotated[str, Doc("E.164, with the plus sign."), Personal("phone number")]
    whatsapp_id: Annotated[
        str | None, Doc("The channel's id of the person: digits, country code first."), Personal("phone number")
    ]
    consent: Annotated[str, Doc("Whether we may write first: granted or revoked.")]
    consent_at: Annotated[Timestamp, Doc("When consent was given or taken back.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Supplier(TypedDict):
    """A manufacturer or distributor."""

    id: Annotated[int, Doc("The supplier.")]
    cnpj: Annotated[str, Doc("Company registration: 14 characters, letters allowed in the first 12, no punctuation.")]
    legal_name: Annotated[str, Doc("Razão social.")]
    trade_name: Annotated[str, Doc("The name people know it by.")]
    kind: Annotated[str, Doc("manufacturer or distributor.")]
    city: Annotated[str | None, Doc("Where it is, when known.")]
    state: Annotated[str | None, Doc("The federative unit's two letters, when known.")]
    status: Annotated[str, Doc("active or suspended (its offers may not be sold).")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]
    minimum_order: Annotated[
        MoneyOrNone, Doc("The least an order's items may cost together, BRL; null for no minimum.")
    ]
    cutoff_hour: Annotated[
        SmallOrNone, Doc("Orders placed before this hour in Brasília leave the same day, 0 to 23; null when not known.")
    ]
    return_days: Annotated[
        SmallOrNone, Doc("Days after delivery in which goods in order may be sent back; null when not known.")
    ]


class Product(TypedDict):
    """A medicine in one presentation by one manufacturer."""

    id: Annotated[int, Doc("The product.")]
    name: Annotated[str, Doc("The commercial name; the active ingredients where the source gives none.")]
    active_ingredients: Annotated[TextArray, Doc("In the order registered; at least one.")]
    presentation: Annotated[str, Doc("Strength, form and pack, as ANVISA abbreviates them.")]
    manufacturer_id: Annotated[int, Doc("The supplier that makes it.")]
    variant: Annotated[
        Small,
        Doc("Tells apart presentations that the price list gives twice for a manufacturer; 1 is the cheapest."),
    ]
    gtin: Annotated[str | None, Doc("The bar code's number, with its check digit.")]
    anvisa_registration: Annotated[str | None, Doc("ANVISA's registration of the presentation: 13 digits.")]
    stripe: Annotated[str, Doc("The prescription stripe (tarja): none, yellow, red, red_retained, black or unknown.")]
    storage: Annotated[str | None, Doc("How it is kept, when known: room, refrigerated or frozen.")]
    shelf_life_months: Annotated[SmallOrNone, Doc("Months from manufacture to expiry, when known.")]
    price_regime: Annotated[str, Doc("regulated (CMED sets a ceiling) or released.")]
    factory_price: Annotated[MoneyOrNone, Doc("Preço fábrica without taxes in the official list, BRL.")]
    ceiling_price: Annotated[
        MoneyOrNone, Doc("The most a supplier may ask of a pharmacy, BRL; null when the price is released.")
    ]
    status: Annotated[str, Doc("active or discontinued.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]
    category: Annotated[str | None, Doc("reference, generic, similar, biological or other; null when not known.")]
    form: Annotated[
        str | None, Doc("The pharmaceutical form in words, read from the presentation; null when it could not be.")
    ]
    dose: Annotated[
        str | None, Doc("Each ingredient's strength, read from the presentation; null when it could not be.")
    ]


class Offer(TypedDict):
    """A supplier's price for a product."""

    id: Annotated[int, Doc("The offer.")]
    supplier_id: Annotated[int, Doc("Who sells.")]
    product_id: Annotated[int, Doc("What is sold.")]
    price: Annotated[Money, Doc("BRL for one unit.")]
    minimum_quantity: Annotated[Integer, Doc("The fewest units that can be ordered.")]
    state: Annotated[str, Doc("draft, active, paused or withdrawn; only active offers are sold.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Inventory(TypedDict):
    """A supplier's stock of a product it offers."""

    supplier_id: Annotated[int, Doc("Whose stock.")]
    product_id: Annotated[int, Doc("Of what.")]
    on_hand: Annotated[Integer, Doc("Units in the warehouse.")]
    reserved: Annotated[Integer, Doc("Units of on_hand promised to orders that were not shipped yet.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Order(TypedDict):
    """An order of one pharmacy to one supplier."""

    id: Annotated[int, Doc("The order.")]
    number: Annotated[str, Doc("The number people quote: 8 digits.")]
    pharmacy_id: Annotated[int, Doc("Who bought.")]
    supplier_id: Annotated[int, Doc("Who sells.")]
    status: Annotated[str, Doc("placed, confirmed, picking, invoiced, shipped, delivered, cancelled or returned.")]
    items_total: Annotated[Money, Doc("The items' totals together, BRL.")]
    discount: Annotated[Money, Doc("Taken off the items' total, BRL.")]
    freight: Annotated[Money, Doc("Added for delivery, BRL.")]
    total: Annotated[Money, Doc("items_total less discount plus freight, BRL.")]
    promised_delivery: Annotated[DateOrNone, Doc("The day delivery was promised for; null until confirmed.")]
    cancel_reason: Annotated[str | None, Doc("pharmacy_request, out_of_stock, payment or other, of a cancelled order.")]
    placed_at: Annotated[Timestamp, Doc("When the pharmacy placed it.")]
    status_changed_at: Annotated[Timestamp, Doc("When status last changed; kept by a trigger.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]
    delivery_address_id: Annotated[int | None, Doc("Where it goes; null for the pharmacy's registered city.")]
    payment_method: Annotated[str | None, Doc("boleto, pix or card; null where it was not agreed, then a boleto.")]
    due_days: Annotated[str | None, Doc("Days from the invoice to each instalment, as in 28/35/42; 0 is at sight.")]


class OrderItem(TypedDict):
    """A line of an order."""

    id: Annotated[int, Doc("The item.")]
    order_id: Annotated[int, Doc("The order it is in.")]
    line: Annotated[Small, Doc("Its place in the order, from 1.")]
    product_id: Annotated[int, Doc("What was bought.")]
    quantity: Annotated[Integer, Doc("Units.")]
    unit_price: Annotated[Money, Doc("BRL for one unit when the order was placed.")]
    total: Annotated[Money, Doc("quantity times unit_price, BRL.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Shipment(TypedDict):
    """A parcel of an order on its way."""

    id: Annotated[int, Doc("The shipment.")]
    order_id: Annotated[int, Doc("Whose goods.")]
    carrier: Annotated[str, Doc("Who carries it.")]
    tracking_code: Annotated[str | None, Doc("The carrier's code, when there is one.")]
    status: Annotated[str, Doc("preparing, in_transit, out_for_delivery, delivered, failed or returned.")]
    estimated_delivery: Annotated[DateOrNone, Doc("The carrier's newest estimate.")]
    shipped_at: Annotated[TimestampOrNone, Doc("When the carrier took it.")]
    delivered_at: Annotated[TimestampOrNone, Doc("When the pharmacy received it.")]
    created_at: Annotated[Timestamp, Doc("When the row was inserted.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Invoice(TypedDict):
    """An electronic invoice (NF-e) of an order."""

    id: Annotated[int, Doc("The invoice.")]
    order_id: Annotated[int, Doc("What it charges.")]
    access_key: Annotated[str, Doc("The NF-e's access key: 44 characters, the last a check digit.")]
    series: Annotated[Small, Doc("The NF-e's series.")]
    number: Annotated[Integer, Doc("The NF-e's number within the series.")]
    amount: Annotated[Money, Doc("BRL to pay.")]
    status: Annotated[str, Doc("issued, paid, overdue or cancelled.")]
    issued_at: Annotated[Timestamp, Doc("When it was authorised.")]
    due_on: Annotated[Date, Doc("The last day to pay.")]
    paid_at: Annotated[TimestampOrNone, Doc("When it was paid.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Return(TypedDict):
    """A pharmacy's wish to send goods of an order back, and what became of it."""

    id: Annotated[int, Doc("The return.")]
    order_id: Annotated[int, Doc("From which order.")]
    product_id: Annotated[int, Doc("What goes back.")]
    quantity: Annotated[Integer, Doc("Units.")]
    reason: Annotated[str, Doc("damaged, wrong_item, short_expiry, not_needed or other.")]
    details: Annotated[str | None, Doc("What the pharmacy said."), Personal("free text")]
    status: Annotated[str, Doc("requested, approved, rejected, received or refunded.")]
    refund_amount: Annotated[MoneyOrNone, Doc("BRL given back; null until decided.")]
    requested_at: Annotated[Timestamp, Doc("When the pharmacy asked.")]
    resolved_at: Annotated[TimestampOrNone, Doc("When it was rejected or refunded.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]


class Complaint(TypedDict):
    """A pharmacy's complaint."""

    id: Annotated[int, Doc("The complaint.")]
    pharmacy_id: Annotated[int, Doc("Who complains.")]
    contact_id: Annotated[int | None, Doc("Who wrote it, when known.")]
    order_id: Annotated[int | None, Doc("The order it is about, when there is one.")]
    channel: Annotated[str, Doc("whatsapp, phone, email or web.")]
    subject: Annotated[str, Doc("delivery, product, price, billing, service or other.")]
    body: Annotated[str, Doc("What was said."), Personal("free text")]
    status: Annotated[str, Doc("open, in_progress, resolved or dismissed.")]
    opened_at: Annotated[Timestamp, Doc("When it was made.")]
    resolved_at: Annotated[TimestampOrNone, Doc("When it was resolved or dismissed.")]
    updated_at: Annotated[Timestamp, Doc("When the row last changed; kept by a trigger.")]
