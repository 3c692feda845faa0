-- depends: 0002.conversations
-- Rows stay after Debezium published them, until they are pruned: when a replication slot is lost they say what may have
-- to be published again. An index on created_at only, which inserts reach at its end.

CREATE TABLE outbox (
    id             uuid PRIMARY KEY,
    aggregate_type text NOT NULL CHECK (aggregate_type <> ''),
    aggregate_id   text NOT NULL CHECK (aggregate_id <> ''),
    topic          text NOT NULL CHECK (topic <> ''),
    payload        bytea NOT NULL CHECK (octet_length(payload) > 5),
    created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX outbox_by_age ON outbox (created_at);

COMMENT ON TABLE outbox IS 'Events of a turn, inserted in its transaction; Debezium publishes each insert.';

COMMENT ON COLUMN outbox.id IS 'The event; sent as the record''s id header.';

COMMENT ON COLUMN outbox.aggregate_type IS 'The kind of thing the event is about.';

COMMENT ON COLUMN outbox.aggregate_id IS 'The Kafka key. Personal data: a contact''s phone number.';

COMMENT ON COLUMN outbox.topic IS 'Where it is published.';

COMMENT ON COLUMN outbox.payload IS 'The record''s value in the Confluent wire format, published byte for byte. Personal data: free text.';

COMMENT ON COLUMN outbox.created_at IS 'When it was decided; rows are pruned by it.';
