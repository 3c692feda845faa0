-- depends: 0012.charge_identifiers
-- On what terms suppliers sell: what is interchangeable, at which price for how many, where to, and how it is paid.
-- A tier is a percentage off the offer's price, not a price: whatever the offer costs, no tier is dearer than it.

ALTER TABLE products
    ADD COLUMN category text CHECK (category IN ('reference', 'generic', 'similar', 'biological', 'other')),
    ADD COLUMN form text CHECK (char_length(form) BETWEEN 1 AND 120),
    ADD COLUMN dose text CHECK (char_length(dose) BETWEEN 1 AND 200);

CREATE INDEX products_interchangeable ON products USING gin (active_ingredients);

ALTER TABLE suppliers
    ADD COLUMN minimum_order numeric(12,2) CHECK (minimum_order > 0),
    ADD COLUMN cutoff_hour smallint CHECK (cutoff_hour BETWEEN 0 AND 23),
    ADD COLUMN return_days smallint CHECK (return_days BETWEEN 0 AND 90);

CREATE TABLE price_tiers (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offer_id         bigint NOT NULL REFERENCES offers ON DELETE CASCADE,
    minimum_quantity integer NOT NULL CHECK (minimum_quantity > 0),
    state            text CHECK (is_federative_unit(state)),
    discount         numeric(5,2) NOT NULL CHECK (discount > 0 AND discount <= 90),
    campaign         text CHECK (char_length(campaign) BETWEEN 1 AND 100),
    starts_on        date,
    ends_on          date,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT price_tiers_once UNIQUE NULLS NOT DISTINCT (offer_id, minimum_quantity, state, campaign),
    CONSTRAINT price_tiers_campaign CHECK ((campaign IS NULL) = (starts_on IS NULL) AND (campaign IS NULL) = (ends_on IS NULL)),
    CONSTRAINT price_tiers_dates CHECK (starts_on <= ends_on)
);

CREATE INDEX price_tiers_of_campaigns ON price_tiers (ends_on) WHERE campaign IS NOT NULL;

CREATE TRIGGER touch BEFORE UPDATE ON price_tiers FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE delivery_areas (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier_id       bigint NOT NULL REFERENCES suppliers,
    state             text NOT NULL CHECK (is_federative_unit(state)),
    city              text CHECK (char_length(city) BETWEEN 1 AND 100),
    freight           numeric(12,2) NOT NULL CHECK (freight >= 0),
    free_freight_from numeric(12,2) CHECK (free_freight_from > 0),
    days_from         smallint NOT NULL CHECK (days_from BETWEEN 0 AND 60),
    days_to           smallint NOT NULL CHECK (days_to <= 60),
    weekdays          text NOT NULL CHECK (weekdays ~ '^1?2?3?4?5?6?7?$' AND weekdays <> ''),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT delivery_areas_once UNIQUE NULLS NOT DISTINCT (supplier_id, state, city),
    CONSTRAINT delivery_areas_days CHECK (days_from <= days_to)
);

CREATE INDEX delivery_areas_by_place ON delivery_areas (state, city);

CREATE TRIGGER touch BEFORE UPDATE ON delivery_areas FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE payment_terms (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier_id   bigint NOT NULL REFERENCES suppliers,
    pharmacy_id   bigint REFERENCES pharmacies,
    method        text NOT NULL CHECK (method IN ('boleto', 'pix', 'card')),
    due_days      text NOT NULL CHECK (due_days ~ '^(0|[1-9][0-9]{0,2})(/[1-9][0-9]{0,2}){0,5}$'),
    discount      numeric(5,2) NOT NULL CHECK (discount >= 0 AND discount <= 20),
    minimum_order numeric(12,2) CHECK (minimum_order > 0),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payment_terms_once UNIQUE NULLS NOT DISTINCT (supplier_id, pharmacy_id, method, due_days)
);

CREATE INDEX payment_terms_of_pharmacies ON payment_terms (pharmacy_id) WHERE pharmacy_id IS NOT NULL;

CREATE TRIGGER touch BEFORE UPDATE ON payment_terms FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
