-- depends: 0006.fulfilment

CREATE TABLE returns (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id      bigint NOT NULL REFERENCES orders,
    product_id    bigint NOT NULL REFERENCES products,
    quantity      integer NOT NULL CHECK (quantity > 0),
    reason        text NOT NULL CHECK (reason IN ('damaged', 'wrong_item', 'short_expiry', 'not_needed', 'other')),
    details       text STORAGE MAIN CHECK (octet_length(details) <= 4000),
    status        text NOT NULL CHECK (status IN ('requested', 'approved', 'rejected', 'received', 'refunded')),
    refund_amount numeric(12,2) CHECK (refund_amount >= 0),
    requested_at  timestamptz NOT NULL,
    resolved_at   timestamptz,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT returns_resolved CHECK ((status IN ('rejected', 'refunded')) = (resolved_at IS NOT NULL))
);

CREATE INDEX returns_by_order ON returns (order_id);

CREATE TRIGGER touch BEFORE UPDATE ON returns FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE complaints (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pharmacy_id bigint NOT NULL REFERENCES pharmacies,
    contact_id  bigint REFERENCES contacts,
    order_id    bigint REFERENCES orders,
    channel     text NOT NULL CHECK (channel IN ('whatsapp', 'phone', 'email', 'web')),
    subject     text NOT NULL CHECK (subject IN ('delivery', 'product', 'price', 'billing', 'service', 'other')),
    body        text STORAGE MAIN NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 6000),
    status      text NOT NULL CHECK (status IN ('open', 'in_progress', 'resolved', 'dismissed')),
    opened_at   timestamptz NOT NULL,
    resolved_at timestamptz,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT complaints_resolved CHECK ((status IN ('resolved', 'dismissed')) = (resolved_at IS NOT NULL))
);

CREATE INDEX complaints_by_pharmacy ON complaints (pharmacy_id, opened_at DESC);

CREATE TRIGGER touch BEFORE UPDATE ON complaints FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
