-- depends: 0016.comments
-- The new tables are captured, and the agents get a role that may write what a pharmacy may ask for and nothing else: it
-- can give no discount, set no price, ceiling, limit or stock on hand, settle no charge, and see no telephone number.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'marketplace_agent') THEN
        RAISE EXCEPTION 'the database role marketplace_agent is missing: create it with LOGIN, then migrate again';
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO marketplace_agent', current_database());
END
$$;

ALTER PUBLICATION balcao_marketplace ADD TABLE
    price_tiers, delivery_areas, payment_terms, delivery_addresses, credit_limits, charges, payments, refunds,
    service_requests;

GRANT SELECT ON price_tiers, delivery_areas, payment_terms, delivery_addresses, credit_limits, charges, payments, refunds,
    service_requests TO debezium, marketplace_reader;

GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON price_tiers, delivery_areas, payment_terms, delivery_addresses, credit_limits,
    charges, payments, refunds, service_requests TO marketplace_writer;

GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO marketplace_writer;

GRANT SELECT ON suppliers, products, offers, inventory, price_tiers, delivery_areas, payment_terms, delivery_addresses,
    credit_limits, orders, order_items, shipments, invoices, charges, payments, returns, refunds, complaints, service_requests,
    requests TO marketplace_agent;

GRANT SELECT (id, cnpj, trade_name, city, state, status) ON pharmacies TO marketplace_agent;

GRANT SELECT (id, pharmacy_id, consent, consent_at), UPDATE (consent, consent_at) ON contacts TO marketplace_agent;

GRANT INSERT ON requests TO marketplace_agent;

GRANT INSERT (number, pharmacy_id, supplier_id, status, items_total, discount, freight, total, placed_at, status_changed_at,
              delivery_address_id, payment_method, due_days),
      UPDATE (status, cancel_reason, items_total, discount, freight, total, delivery_address_id) ON orders TO marketplace_agent;

GRANT INSERT (order_id, line, product_id, quantity, unit_price, total), UPDATE (quantity, unit_price, total), DELETE
   ON order_items TO marketplace_agent;

GRANT UPDATE (reserved) ON inventory TO marketplace_agent;

GRANT INSERT (order_id, product_id, quantity, reason, details, status, requested_at) ON returns TO marketplace_agent;

GRANT INSERT (pharmacy_id, contact_id, order_id, channel, subject, body, status, opened_at) ON complaints TO marketplace_agent;

GRANT INSERT (kind, pharmacy_id, contact_id, order_id, details, status, opened_at) ON service_requests TO marketplace_agent;

GRANT USAGE ON SEQUENCE order_numbers TO marketplace_agent;
