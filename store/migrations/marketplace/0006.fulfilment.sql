-- depends: 0005.orders

CREATE TABLE shipments (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id           bigint NOT NULL REFERENCES orders,
    carrier            text NOT NULL CHECK (char_length(carrier) BETWEEN 1 AND 100),
    tracking_code      text CHECK (char_length(tracking_code) BETWEEN 1 AND 40),
    status             text NOT NULL CHECK (status IN ('preparing', 'in_transit', 'out_for_delivery', 'delivered', 'failed',
                                                       'returned')),
    estimated_delivery date,
    shipped_at         timestamptz,
    delivered_at       timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT shipments_delivered CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT shipments_shipped CHECK ((status = 'preparing') = (shipped_at IS NULL))
);

CREATE INDEX shipments_by_order ON shipments (order_id);

CREATE INDEX shipments_by_tracking_code ON shipments (tracking_code);

CREATE TRIGGER touch BEFORE UPDATE ON shipments FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE invoices (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES orders,
    access_key text NOT NULL UNIQUE CHECK (is_nfe_access_key(access_key)),
    series     smallint NOT NULL CHECK (series BETWEEN 0 AND 999),
    number     integer NOT NULL CHECK (number BETWEEN 1 AND 999999999),
    amount     numeric(12,2) NOT NULL CHECK (amount >= 0),
    status     text NOT NULL CHECK (status IN ('issued', 'paid', 'overdue', 'cancelled')),
    issued_at  timestamptz NOT NULL,
    due_on     date NOT NULL,
    paid_at    timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT invoices_paid CHECK ((status = 'paid') = (paid_at IS NOT NULL))
);

CREATE INDEX invoices_by_order ON invoices (order_id);

CREATE TRIGGER touch BEFORE UPDATE ON invoices FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
