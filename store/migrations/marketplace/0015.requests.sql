-- depends: 0014.billing
-- What a person must do for a pharmacy, and what was done already for a message: a request's id comes from the message, so
-- that a message delivered twice finds the result of the first time.

CREATE TABLE service_requests (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('registration_update', 'registration_new', 'access_help', 'invoice_copy',
                                              'payment_problem')),
    pharmacy_id bigint REFERENCES pharmacies,
    contact_id  bigint REFERENCES contacts,
    order_id    bigint REFERENCES orders,
    details     text STORAGE MAIN NOT NULL CHECK (details IS JSON OBJECT AND octet_length(details) <= 6000),
    status      text NOT NULL CHECK (status IN ('open', 'done', 'dismissed')),
    opened_at   timestamptz NOT NULL,
    resolved_at timestamptz,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT service_requests_resolved CHECK ((status = 'open') = (resolved_at IS NULL)),
    CONSTRAINT service_requests_pharmacy CHECK ((kind = 'registration_new') = (pharmacy_id IS NULL))
);

CREATE INDEX service_requests_by_pharmacy ON service_requests (pharmacy_id, opened_at DESC);

CREATE TRIGGER touch BEFORE UPDATE ON service_requests FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE requests (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 60),
    pharmacy_id bigint REFERENCES pharmacies,
    contact_id  bigint REFERENCES contacts,
    result      jsonb NOT NULL,
    made_at     timestamptz NOT NULL
);

COMMENT ON TABLE requests IS 'What the agents wrote for which message, and what came of it; a second time gives the same and changes nothing.';

COMMENT ON COLUMN requests.id IS 'Made of the message''s id.';

COMMENT ON COLUMN requests.kind IS 'The write.';

COMMENT ON COLUMN requests.pharmacy_id IS 'For whom, when the contact is known.';

COMMENT ON COLUMN requests.contact_id IS 'Who asked, when known.';

COMMENT ON COLUMN requests.result IS 'What was done, or why it was refused.';

COMMENT ON COLUMN requests.made_at IS 'When.';
