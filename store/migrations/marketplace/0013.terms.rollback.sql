DROP TABLE payment_terms;
DROP TABLE delivery_areas;
DROP TABLE price_tiers;
ALTER TABLE suppliers DROP COLUMN minimum_order, DROP COLUMN cutoff_hour, DROP COLUMN return_days;
ALTER TABLE products DROP COLUMN category, DROP COLUMN form, DROP COLUMN dose;
