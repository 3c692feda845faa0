-- depends: 0007.after_sales
-- The same words as the record types in schemas/records/marketplace.py; a test holds them together.

COMMENT ON TABLE pharmacies IS 'A pharmacy that buys on the marketplace.';

COMMENT ON COLUMN pharmacies.id IS 'The pharmacy.';

COMMENT ON COLUMN pharmacies.cnpj IS 'Company registration: 14 characters, letters allowed in the first 12, no punctuation.';

COMMENT ON COLUMN pharmacies.legal_name IS 'Razão social.';

COMMENT ON COLUMN pharmacies.trade_name IS 'Nome fantasia: the name on the door.';

COMMENT ON COLUMN pharmacies.city IS 'Where it is.';

COMMENT ON COLUMN pharmacies.state IS 'The federative unit''s two letters.';

COMMENT ON COLUMN pharmacies.status IS 'pending (documents under review), active, blocked (may not order) or closed.';

COMMENT ON COLUMN pharmacies.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN pharmacies.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE contacts IS 'A person who speaks for a pharmacy.';

COMMENT ON COLUMN contacts.id IS 'The contact.';

COMMENT ON COLUMN contacts.pharmacy_id IS 'For whom this person speaks.';

COMMENT ON COLUMN contacts.name IS 'What to call this person.';

COMMENT ON COLUMN contacts.role IS 'owner, pharmacist, buyer, financial or other.';

COMMENT ON COLUMN contacts.phone IS 'E.164, with the plus sign.';

COMMENT ON COLUMN contacts.whatsapp_id IS 'The channel''s id of the person: digits, country code first.';

COMMENT ON COLUMN contacts.consent IS 'Whether we may write first: granted or revoked.';

COMMENT ON COLUMN contacts.consent_at IS 'When consent was given or taken back.';

COMMENT ON COLUMN contacts.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN contacts.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE suppliers IS 'A manufacturer or distributor.';

COMMENT ON COLUMN suppliers.id IS 'The supplier.';

COMMENT ON COLUMN suppliers.cnpj IS 'Company registration: 14 characters, letters allowed in the first 12, no punctuation.';

COMMENT ON COLUMN suppliers.legal_name IS 'Razão social.';

COMMENT ON COLUMN suppliers.trade_name IS 'The name people know it by.';

COMMENT ON COLUMN suppliers.kind IS 'manufacturer or distributor.';

COMMENT ON COLUMN suppliers.city IS 'Where it is, when known.';

COMMENT ON COLUMN suppliers.state IS 'The federative unit''s two letters, when known.';

COMMENT ON COLUMN suppliers.status IS 'active or suspended (its offers may not be sold).';

COMMENT ON COLUMN suppliers.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN suppliers.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE products IS 'A medicine in one presentation by one manufacturer.';

COMMENT ON COLUMN products.id IS 'The product.';

COMMENT ON COLUMN products.name IS 'The commercial name; the active ingredients where the source gives none.';

COMMENT ON COLUMN products.active_ingredients IS 'In the order registered; at least one.';

COMMENT ON COLUMN products.presentation IS 'Strength, form and pack, as ANVISA abbreviates them.';

COMMENT ON COLUMN products.manufacturer_id IS 'The supplier that makes it.';

COMMENT ON COLUMN products.variant IS 'Tells apart presentations that the price list gives twice for a manufacturer; 1 is the cheapest.';

COMMENT ON COLUMN products.gtin IS 'The bar code''s number, with its check digit.';

COMMENT ON COLUMN products.anvisa_registration IS 'ANVISA''s registration of the presentation: 13 digits.';

COMMENT ON COLUMN products.stripe IS 'The prescription stripe (tarja): none, yellow, red, red_retained, black or unknown.';

COMMENT ON COLUMN products.storage IS 'How it is kept, when known: room, refrigerated or frozen.';

COMMENT ON COLUMN products.shelf_life_months IS 'Months from manufacture to expiry, when known.';

COMMENT ON COLUMN products.price_regime IS 'regulated (CMED sets a ceiling) or released.';

COMMENT ON COLUMN products.factory_price IS 'Preço fábrica without taxes in the official list, BRL.';

COMMENT ON COLUMN products.ceiling_price IS 'The most a supplier may ask of a pharmacy, BRL; null when the price is released.';

COMMENT ON COLUMN products.status IS 'active or discontinued.';

COMMENT ON COLUMN products.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN products.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE offers IS 'A supplier''s price for a product.';

COMMENT ON COLUMN offers.id IS 'The offer.';

COMMENT ON COLUMN offers.supplier_id IS 'Who sells.';

COMMENT ON COLUMN offers.product_id IS 'What is sold.';

COMMENT ON COLUMN offers.price IS 'BRL for one unit.';

COMMENT ON COLUMN offers.minimum_quantity IS 'The fewest units that can be ordered.';

COMMENT ON COLUMN offers.state IS 'draft, active, paused or withdrawn; only active offers are sold.';

COMMENT ON COLUMN offers.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN offers.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE inventory IS 'A supplier''s stock of a product it offers.';

COMMENT ON COLUMN inventory.supplier_id IS 'Whose stock.';

COMMENT ON COLUMN inventory.product_id IS 'Of what.';

COMMENT ON COLUMN inventory.on_hand IS 'Units in the warehouse.';

COMMENT ON COLUMN inventory.reserved IS 'Units of on_hand promised to orders that were not shipped yet.';

COMMENT ON COLUMN inventory.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE orders IS 'An order of one pharmacy to one supplier.';

COMMENT ON COLUMN orders.id IS 'The order.';

COMMENT ON COLUMN orders.number IS 'The number people quote: 8 digits.';

COMMENT ON COLUMN orders.pharmacy_id IS 'Who bought.';

COMMENT ON COLUMN orders.supplier_id IS 'Who sells.';

COMMENT ON COLUMN orders.status IS 'placed, confirmed, picking, invoiced, shipped, delivered, cancelled or returned.';

COMMENT ON COLUMN orders.items_total IS 'The items'' totals together, BRL.';

COMMENT ON COLUMN orders.discount IS 'Taken off the items'' total, BRL.';

COMMENT ON COLUMN orders.freight IS 'Added for delivery, BRL.';

COMMENT ON COLUMN orders.total IS 'items_total less discount plus freight, BRL.';

COMMENT ON COLUMN orders.promised_delivery IS 'The day delivery was promised for; null until confirmed.';

COMMENT ON COLUMN orders.cancel_reason IS 'pharmacy_request, out_of_stock, payment or other, of a cancelled order.';

COMMENT ON COLUMN orders.placed_at IS 'When the pharmacy placed it.';

COMMENT ON COLUMN orders.status_changed_at IS 'When status last changed; kept by a trigger.';

COMMENT ON COLUMN orders.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE order_items IS 'A line of an order.';

COMMENT ON COLUMN order_items.id IS 'The item.';

COMMENT ON COLUMN order_items.order_id IS 'The order it is in.';

COMMENT ON COLUMN order_items.line IS 'Its place in the order, from 1.';

COMMENT ON COLUMN order_items.product_id IS 'What was bought.';

COMMENT ON COLUMN order_items.quantity IS 'Units.';

COMMENT ON COLUMN order_items.unit_price IS 'BRL for one unit when the order was placed.';

COMMENT ON COLUMN order_items.total IS 'quantity times unit_price, BRL.';

COMMENT ON COLUMN order_items.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE shipments IS 'A parcel of an order on its way.';

COMMENT ON COLUMN shipments.id IS 'The shipment.';

COMMENT ON COLUMN shipments.order_id IS 'Whose goods.';

COMMENT ON COLUMN shipments.carrier IS 'Who carries it.';

COMMENT ON COLUMN shipments.tracking_code IS 'The carrier''s code, when there is one.';

COMMENT ON COLUMN shipments.status IS 'preparing, in_transit, out_for_delivery, delivered, failed or returned.';

COMMENT ON COLUMN shipments.estimated_delivery IS 'The carrier''s newest estimate.';

COMMENT ON COLUMN shipments.shipped_at IS 'When the carrier took it.';

COMMENT ON COLUMN shipments.delivered_at IS 'When the pharmacy received it.';

COMMENT ON COLUMN shipments.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN shipments.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE invoices IS 'An electronic invoice (NF-e) of an order.';

COMMENT ON COLUMN invoices.id IS 'The invoice.';

COMMENT ON COLUMN invoices.order_id IS 'What it charges.';

COMMENT ON COLUMN invoices.access_key IS 'The NF-e''s access key: 44 characters, the last a check digit.';

COMMENT ON COLUMN invoices.series IS 'The NF-e''s series.';

COMMENT ON COLUMN invoices.number IS 'The NF-e''s number within the series.';

COMMENT ON COLUMN invoices.amount IS 'BRL to pay.';

COMMENT ON COLUMN invoices.status IS 'issued, paid, overdue or cancelled.';

COMMENT ON COLUMN invoices.issued_at IS 'When it was authorised.';

COMMENT ON COLUMN invoices.due_on IS 'The last day to pay.';

COMMENT ON COLUMN invoices.paid_at IS 'When it was paid.';

COMMENT ON COLUMN invoices.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE returns IS 'A pharmacy''s wish to send goods of an order back, and what became of it.';

COMMENT ON COLUMN returns.id IS 'The return.';

COMMENT ON COLUMN returns.order_id IS 'From which order.';

COMMENT ON COLUMN returns.product_id IS 'What goes back.';

COMMENT ON COLUMN returns.quantity IS 'Units.';

COMMENT ON COLUMN returns.reason IS 'damaged, wrong_item, short_expiry, not_needed or other.';

COMMENT ON COLUMN returns.details IS 'What the pharmacy said.';

COMMENT ON COLUMN returns.status IS 'requested, approved, rejected, received or refunded.';

COMMENT ON COLUMN returns.refund_amount IS 'BRL given back; null until decided.';

COMMENT ON COLUMN returns.requested_at IS 'When the pharmacy asked.';

COMMENT ON COLUMN returns.resolved_at IS 'When it was rejected or refunded.';

COMMENT ON COLUMN returns.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE complaints IS 'A pharmacy''s complaint.';

COMMENT ON COLUMN complaints.id IS 'The complaint.';

COMMENT ON COLUMN complaints.pharmacy_id IS 'Who complains.';

COMMENT ON COLUMN complaints.contact_id IS 'Who wrote it, when known.';

COMMENT ON COLUMN complaints.order_id IS 'The order it is about, when there is one.';

COMMENT ON COLUMN complaints.channel IS 'whatsapp, phone, email or web.';

COMMENT ON COLUMN complaints.subject IS 'delivery, product, price, billing, service or other.';

COMMENT ON COLUMN complaints.body IS 'What was said.';

COMMENT ON COLUMN complaints.status IS 'open, in_progress, resolved or dismissed.';

COMMENT ON COLUMN complaints.opened_at IS 'When it was made.';

COMMENT ON COLUMN complaints.resolved_at IS 'When it was resolved or dismissed.';

COMMENT ON COLUMN complaints.updated_at IS 'When the row last changed; kept by a trigger.';
