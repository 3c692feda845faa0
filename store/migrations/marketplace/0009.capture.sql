-- depends: 0008.comments
-- What Debezium needs. The heartbeat is written by the connector (heartbeat.action.query), so that its slot moves on while
-- no captured table changes; the signal table takes incremental snapshots.

CREATE TABLE debezium_heartbeat (
    id      smallint PRIMARY KEY CHECK (id = 1),
    beat_at timestamptz NOT NULL
);

COMMENT ON TABLE debezium_heartbeat IS 'One row that the connector touches, so that its replication slot moves on.';

COMMENT ON COLUMN debezium_heartbeat.id IS 'Always 1.';

COMMENT ON COLUMN debezium_heartbeat.beat_at IS 'When the connector last beat.';

INSERT INTO debezium_heartbeat (id, beat_at) VALUES (1, now());

CREATE TABLE debezium_signal (
    id   varchar(64) PRIMARY KEY,
    type varchar(32) NOT NULL,
    data varchar(2048)
);

COMMENT ON TABLE debezium_signal IS 'Commands to the connector, such as execute-snapshot.';

COMMENT ON COLUMN debezium_signal.id IS 'Any unique text.';

COMMENT ON COLUMN debezium_signal.type IS 'What to do.';

COMMENT ON COLUMN debezium_signal.data IS 'JSON with the command''s parameters.';

CREATE PUBLICATION balcao_marketplace FOR TABLE
    pharmacies, contacts, suppliers, products, offers, inventory, orders, order_items, shipments, invoices, returns,
    complaints, debezium_heartbeat, debezium_signal;

GRANT SELECT ON pharmacies, contacts, suppliers, products, offers, inventory, orders, order_items, shipments, invoices, returns,
    complaints TO debezium, marketplace_reader;

GRANT SELECT, UPDATE ON debezium_heartbeat TO debezium;

GRANT SELECT, INSERT, DELETE ON debezium_signal TO debezium;

GRANT SELECT, INSERT, UPDATE, DELETE ON pharmacies, contacts, suppliers, products, offers, inventory, orders, order_items,
    shipments, invoices, returns, complaints TO marketplace_writer;

GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO marketplace_writer;
