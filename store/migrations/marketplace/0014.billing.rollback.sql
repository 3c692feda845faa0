DROP FUNCTION credit_used(bigint);
DROP TABLE refunds;
DROP TABLE payments;
DROP TABLE charges;
DROP TABLE credit_limits;
DROP TRIGGER items_are_fixed ON order_items;
DROP FUNCTION items_are_fixed();
ALTER TABLE orders DROP COLUMN delivery_address_id, DROP COLUMN payment_method, DROP COLUMN due_days;
DROP TABLE delivery_addresses;
