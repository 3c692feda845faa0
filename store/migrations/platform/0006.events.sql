-- depends: 0005.capture
-- What happened in conversations becomes domain events and tables of the warehouse. Nothing that was said, and nobody's
-- number, leaves this database: the connector leaves those columns out, and may not even read them.

ALTER TABLE conversations
    ADD COLUMN rating smallint CHECK (rating BETWEEN 1 AND 5),
    ADD COLUMN rated_at timestamptz,
    ADD CONSTRAINT conversations_rated CHECK ((rating IS NULL) = (rated_at IS NULL));

COMMENT ON COLUMN conversations.rating IS 'How well the contact says we helped: 1 (bad) to 5 (very good).';

COMMENT ON COLUMN conversations.rated_at IS 'When the contact said so.';

ALTER TABLE conversations REPLICA IDENTITY FULL;

CREATE PUBLICATION balcao_platform_tables FOR TABLE conversations, turns, escalations, debezium_heartbeat;

GRANT SELECT (id, channel, contact_id, pharmacy_id, state, opened_at, last_message_at, closed_at, rating, rated_at)
    ON conversations TO debezium;

GRANT SELECT (id, conversation_id, flow, flows, confidence, understanding, outcome, latency_ms, decided_at)
    ON turns TO debezium;

GRANT SELECT (id, conversation_id, turn_id, pharmacy_id, reason, priority, state, created_at, taken_at, resolved_at)
    ON escalations TO debezium;
