-- depends: 0015.requests
-- The same words as the record types in schemas/records; a test holds them together.

COMMENT ON COLUMN products.category IS 'reference, generic, similar, biological or other; null when not known.';

COMMENT ON COLUMN products.form IS 'The pharmaceutical form in words, read from the presentation; null when it could not be.';

COMMENT ON COLUMN products.dose IS 'Each ingredient''s strength, read from the presentation; null when it could not be.';

COMMENT ON COLUMN suppliers.minimum_order IS 'The least an order''s items may cost together, BRL; null for no minimum.';

COMMENT ON COLUMN suppliers.cutoff_hour IS 'Orders placed before this hour in Brasília leave the same day, 0 to 23; null when not known.';

COMMENT ON COLUMN suppliers.return_days IS 'Days after delivery in which goods in order may be sent back; null when not known.';

COMMENT ON COLUMN orders.delivery_address_id IS 'Where it goes; null for the pharmacy''s registered city.';

COMMENT ON COLUMN orders.payment_method IS 'boleto, pix or card; null where it was not agreed, then a boleto.';

COMMENT ON COLUMN orders.due_days IS 'Days from the invoice to each instalment, as in 28/35/42; 0 is at sight.';

COMMENT ON TABLE price_tiers IS 'A discount on an offer for those who buy enough of it, in one state or everywhere, always or in a campaign.';

COMMENT ON COLUMN price_tiers.id IS 'The tier.';

COMMENT ON COLUMN price_tiers.offer_id IS 'The offer it lowers.';

COMMENT ON COLUMN price_tiers.minimum_quantity IS 'The fewest units it is given for.';

COMMENT ON COLUMN price_tiers.state IS 'Where the goods must go to: a federative unit''s two letters; null for anywhere.';

COMMENT ON COLUMN price_tiers.discount IS 'Per cent off the offer''s price; of several that apply, the highest counts.';

COMMENT ON COLUMN price_tiers.campaign IS 'The campaign it belongs to; null for a standing tier.';

COMMENT ON COLUMN price_tiers.starts_on IS 'The campaign''s first day in Brasília.';

COMMENT ON COLUMN price_tiers.ends_on IS 'The campaign''s last day in Brasília.';

COMMENT ON COLUMN price_tiers.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN price_tiers.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE delivery_areas IS 'Where a supplier delivers, for how much and how fast. A city''s row counts before its state''s.';

COMMENT ON COLUMN delivery_areas.id IS 'The area.';

COMMENT ON COLUMN delivery_areas.supplier_id IS 'Who delivers.';

COMMENT ON COLUMN delivery_areas.state IS 'The federative unit''s two letters.';

COMMENT ON COLUMN delivery_areas.city IS 'The city; null for the state''s cities that have no row of their own.';

COMMENT ON COLUMN delivery_areas.freight IS 'What delivering an order costs, BRL.';

COMMENT ON COLUMN delivery_areas.free_freight_from IS 'Items that cost as much travel free, BRL; null for never.';

COMMENT ON COLUMN delivery_areas.days_from IS 'Working days from confirmation to delivery, at the least.';

COMMENT ON COLUMN delivery_areas.days_to IS 'Working days from confirmation to delivery, usually at the most.';

COMMENT ON COLUMN delivery_areas.weekdays IS 'When it delivers there: 1 for Monday to 7 for Sunday, as in 135.';

COMMENT ON COLUMN delivery_areas.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE payment_terms IS 'A way to pay that a supplier accepts, from everybody or from one pharmacy.';

COMMENT ON COLUMN payment_terms.id IS 'The term.';

COMMENT ON COLUMN payment_terms.supplier_id IS 'Who is paid.';

COMMENT ON COLUMN payment_terms.pharmacy_id IS 'For whom it was agreed; null for everybody.';

COMMENT ON COLUMN payment_terms.method IS 'boleto, pix or card.';

COMMENT ON COLUMN payment_terms.due_days IS 'Days from the invoice to each instalment, as in 28/35/42; 0 is at sight.';

COMMENT ON COLUMN payment_terms.discount IS 'Per cent off the items'' total for paying so.';

COMMENT ON COLUMN payment_terms.minimum_order IS 'The least an order''s items must cost to be paid so, BRL; null for any.';

COMMENT ON COLUMN payment_terms.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE delivery_addresses IS 'Where a pharmacy receives goods.';

COMMENT ON COLUMN delivery_addresses.id IS 'The address.';

COMMENT ON COLUMN delivery_addresses.pharmacy_id IS 'Whose it is.';

COMMENT ON COLUMN delivery_addresses.label IS 'What the pharmacy calls it.';

COMMENT ON COLUMN delivery_addresses.street IS 'The street.';

COMMENT ON COLUMN delivery_addresses.number IS 'The number in the street, or S/N.';

COMMENT ON COLUMN delivery_addresses.complement IS 'What finds the door, when needed.';

COMMENT ON COLUMN delivery_addresses.district IS 'The district (bairro).';

COMMENT ON COLUMN delivery_addresses.city IS 'The city.';

COMMENT ON COLUMN delivery_addresses.state IS 'The federative unit''s two letters.';

COMMENT ON COLUMN delivery_addresses.postal_code IS 'CEP: 8 digits.';

COMMENT ON COLUMN delivery_addresses.preferred IS 'Whether orders go there unless another is named.';

COMMENT ON COLUMN delivery_addresses.status IS 'active or closed.';

COMMENT ON COLUMN delivery_addresses.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN delivery_addresses.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE credit_limits IS 'How much a pharmacy may owe. What it owes follows from its orders, invoices and charges: credit_used().';

COMMENT ON COLUMN credit_limits.pharmacy_id IS 'The pharmacy.';

COMMENT ON COLUMN credit_limits.credit_limit IS 'The most it may owe, BRL.';

COMMENT ON COLUMN credit_limits.blocked_reason IS 'Why it may not buy on a boleto: overdue, documents or review; null when it may.';

COMMENT ON COLUMN credit_limits.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE charges IS 'An instalment of an invoice, to be paid by a boleto, Pix or card.';

COMMENT ON COLUMN charges.id IS 'The charge.';

COMMENT ON COLUMN charges.invoice_id IS 'What it charges.';

COMMENT ON COLUMN charges.instalment IS 'Its place among the invoice''s, from 1.';

COMMENT ON COLUMN charges.method IS 'boleto, pix or card.';

COMMENT ON COLUMN charges.digitable_line IS 'A boleto''s digitable line: 47 digits, four of them check digits.';

COMMENT ON COLUMN charges.pix_txid IS 'The id of the Pix charge, when it can be paid so.';

COMMENT ON COLUMN charges.amount IS 'BRL to pay.';

COMMENT ON COLUMN charges.due_on IS 'The last day to pay.';

COMMENT ON COLUMN charges.status IS 'open, paid or cancelled.';

COMMENT ON COLUMN charges.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN charges.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE payments IS 'Money that came in for a charge.';

COMMENT ON COLUMN payments.id IS 'The payment.';

COMMENT ON COLUMN payments.charge_id IS 'What it pays.';

COMMENT ON COLUMN payments.method IS 'boleto, pix or card.';

COMMENT ON COLUMN payments.amount IS 'BRL that came in.';

COMMENT ON COLUMN payments.status IS 'settled, duplicate (the charge was paid before) or reversed.';

COMMENT ON COLUMN payments.paid_at IS 'When it was paid.';

COMMENT ON COLUMN payments.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE refunds IS 'Money given back for a return.';

COMMENT ON COLUMN refunds.id IS 'The refund.';

COMMENT ON COLUMN refunds.return_id IS 'What it is for.';

COMMENT ON COLUMN refunds.method IS 'credit (towards the next invoices), pix or transfer.';

COMMENT ON COLUMN refunds.amount IS 'BRL given back.';

COMMENT ON COLUMN refunds.status IS 'scheduled, done or failed.';

COMMENT ON COLUMN refunds.expected_on IS 'The day it should arrive at the latest.';

COMMENT ON COLUMN refunds.done_at IS 'When it was done.';

COMMENT ON COLUMN refunds.created_at IS 'When the row was inserted.';

COMMENT ON COLUMN refunds.updated_at IS 'When the row last changed; kept by a trigger.';

COMMENT ON TABLE service_requests IS 'What a person must do for a pharmacy.';

COMMENT ON COLUMN service_requests.id IS 'The request.';

COMMENT ON COLUMN service_requests.kind IS 'registration_update, registration_new, access_help, invoice_copy or payment_problem.';

COMMENT ON COLUMN service_requests.pharmacy_id IS 'For whom; null for somebody who wants to become a customer.';

COMMENT ON COLUMN service_requests.contact_id IS 'Who asked, when known.';

COMMENT ON COLUMN service_requests.order_id IS 'The order it is about, when there is one.';

COMMENT ON COLUMN service_requests.details IS 'What was asked, a JSON object.';

COMMENT ON COLUMN service_requests.status IS 'open, done or dismissed.';

COMMENT ON COLUMN service_requests.opened_at IS 'When it was asked.';

COMMENT ON COLUMN service_requests.resolved_at IS 'When it was done or dismissed.';

COMMENT ON COLUMN service_requests.updated_at IS 'When the row last changed; kept by a trigger.';
