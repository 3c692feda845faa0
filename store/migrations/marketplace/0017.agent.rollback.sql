REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM marketplace_agent;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM marketplace_agent;
REVOKE ALL ON price_tiers, delivery_areas, payment_terms, delivery_addresses, credit_limits, charges, payments, refunds,
    service_requests FROM marketplace_writer, marketplace_reader, debezium;
ALTER PUBLICATION balcao_marketplace DROP TABLE
    price_tiers, delivery_areas, payment_terms, delivery_addresses, credit_limits, charges, payments, refunds,
    service_requests;
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM marketplace_agent', current_database());
END
$$;
