-- depends: 0013.terms
-- Where goods go, what a pharmacy may owe, how invoices are paid, and what is given back.

CREATE TABLE delivery_addresses (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pharmacy_id bigint NOT NULL REFERENCES pharmacies,
    label       text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 60),
    street      text NOT NULL CHECK (char_length(street) BETWEEN 1 AND 200),
    number      text NOT NULL CHECK (char_length(number) BETWEEN 1 AND 20),
    complement  text CHECK (char_length(complement) BETWEEN 1 AND 100),
    district    text NOT NULL CHECK (char_length(district) BETWEEN 1 AND 100),
    city        text NOT NULL CHECK (char_length(city) BETWEEN 1 AND 100),
    state       text NOT NULL CHECK (is_federative_unit(state)),
    postal_code text NOT NULL CHECK (postal_code ~ '^[0-9]{8}$'),
    preferred   boolean NOT NULL,
    status      text NOT NULL CHECK (status IN ('active', 'closed')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT delivery_addresses_preferred CHECK (NOT preferred OR status = 'active')
);

CREATE INDEX delivery_addresses_by_pharmacy ON delivery_addresses (pharmacy_id);

CREATE UNIQUE INDEX delivery_addresses_one_preferred ON delivery_addresses (pharmacy_id) WHERE preferred;

CREATE TRIGGER touch BEFORE UPDATE ON delivery_addresses FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

ALTER TABLE orders
    ADD COLUMN delivery_address_id bigint REFERENCES delivery_addresses,
    ADD COLUMN payment_method text CHECK (payment_method IN ('boleto', 'pix', 'card')),
    ADD COLUMN due_days text CHECK (due_days ~ '^(0|[1-9][0-9]{0,2})(/[1-9][0-9]{0,2}){0,5}$'),
    ADD CONSTRAINT orders_payment CHECK ((payment_method IS NULL) = (due_days IS NULL));

CREATE FUNCTION items_are_fixed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    found record;
BEGIN
    SELECT number, status INTO found FROM orders WHERE id = OLD.order_id;
    IF found.status NOT IN ('placed', 'confirmed') THEN
        RAISE EXCEPTION 'order % is % and its items cannot change', found.number, found.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_items_fixed';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

COMMENT ON FUNCTION items_are_fixed() IS 'Refuses a change of the items of an order that is being picked or further.';

CREATE TRIGGER items_are_fixed BEFORE UPDATE OR DELETE ON order_items FOR EACH ROW EXECUTE FUNCTION items_are_fixed();

CREATE TABLE credit_limits (
    pharmacy_id    bigint PRIMARY KEY REFERENCES pharmacies,
    credit_limit   numeric(12,2) NOT NULL CHECK (credit_limit >= 0),
    blocked_reason text CHECK (blocked_reason IN ('overdue', 'documents', 'review')),
    updated_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER touch BEFORE UPDATE ON credit_limits FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE charges (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id     bigint NOT NULL REFERENCES invoices,
    instalment     smallint NOT NULL CHECK (instalment BETWEEN 1 AND 6),
    method         text NOT NULL CHECK (method IN ('boleto', 'pix', 'card')),
    digitable_line text UNIQUE CHECK (is_digitable_line(digitable_line)),
    pix_txid       text UNIQUE CHECK (pix_txid ~ '^[0-9A-Za-z]{26,35}$'),
    amount         numeric(12,2) NOT NULL CHECK (amount > 0),
    due_on         date NOT NULL,
    status         text NOT NULL CHECK (status IN ('open', 'paid', 'cancelled')),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT charges_instalment UNIQUE (invoice_id, instalment),
    CONSTRAINT charges_boleto CHECK ((method = 'boleto') = (digitable_line IS NOT NULL)),
    CONSTRAINT charges_pix CHECK (method <> 'pix' OR pix_txid IS NOT NULL)
);

CREATE TRIGGER touch BEFORE UPDATE ON charges FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE payments (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    charge_id  bigint NOT NULL REFERENCES charges,
    method     text NOT NULL CHECK (method IN ('boleto', 'pix', 'card')),
    amount     numeric(12,2) NOT NULL CHECK (amount > 0),
    status     text NOT NULL CHECK (status IN ('settled', 'duplicate', 'reversed')),
    paid_at    timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX payments_by_charge ON payments (charge_id);

CREATE UNIQUE INDEX payments_settle_once ON payments (charge_id) WHERE status = 'settled';

CREATE TRIGGER touch BEFORE UPDATE ON payments FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE refunds (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    return_id   bigint NOT NULL UNIQUE REFERENCES returns,
    method      text NOT NULL CHECK (method IN ('credit', 'pix', 'transfer')),
    amount      numeric(12,2) NOT NULL CHECK (amount > 0),
    status      text NOT NULL CHECK (status IN ('scheduled', 'done', 'failed')),
    expected_on date NOT NULL,
    done_at     timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT refunds_done CHECK ((status = 'done') = (done_at IS NOT NULL))
);

CREATE TRIGGER touch BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE FUNCTION credit_used(pharmacy bigint) RETURNS numeric
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT coalesce(sum(CASE WHEN orders.status IN ('placed', 'confirmed', 'picking') THEN orders.total
                                 ELSE invoiced.unpaid END), 0)
          FROM orders
          LEFT JOIN LATERAL (
              SELECT sum(invoices.amount - (SELECT coalesce(sum(charges.amount), 0) FROM charges
                                             WHERE charges.invoice_id = invoices.id AND charges.status = 'paid')) AS unpaid
                FROM invoices
               WHERE invoices.order_id = orders.id AND invoices.status IN ('issued', 'overdue')
          ) AS invoiced ON true
         WHERE orders.pharmacy_id = pharmacy AND orders.status <> 'cancelled'
           AND (orders.payment_method = 'boleto' OR orders.payment_method IS NULL)
    );

COMMENT ON FUNCTION credit_used(bigint) IS
    'What a pharmacy bought on a boleto and has not paid, BRL: orders that are not invoiced yet, and invoices less their paid charges.';
