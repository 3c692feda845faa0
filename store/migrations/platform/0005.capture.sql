-- depends: 0004.send_attempts
-- The outbox is often idle; without a heartbeat in the publication its slot would hold all WAL of the server.

CREATE TABLE debezium_heartbeat (
    id      smallint PRIMARY KEY CHECK (id = 1),
    beat_at timestamptz NOT NULL
);

COMMENT ON TABLE debezium_heartbeat IS 'One row that the connector touches, so that its replication slot moves on.';

COMMENT ON COLUMN debezium_heartbeat.id IS 'Always 1.';

COMMENT ON COLUMN debezium_heartbeat.beat_at IS 'When the connector last beat.';

INSERT INTO debezium_heartbeat (id, beat_at) VALUES (1, now());

CREATE PUBLICATION balcao_platform FOR TABLE outbox, debezium_heartbeat WITH (publish = 'insert, update');

GRANT SELECT ON outbox TO debezium;

GRANT SELECT, UPDATE ON debezium_heartbeat TO debezium;

GRANT SELECT, INSERT, UPDATE ON conversations TO platform_agent;

GRANT SELECT, INSERT ON messages, turns TO platform_agent;

GRANT SELECT, INSERT, UPDATE ON escalations TO platform_agent;

GRANT INSERT ON outbox TO platform_agent;

GRANT SELECT, INSERT, UPDATE ON send_attempts TO platform_sender;
