DROP PUBLICATION balcao_platform_tables;
REVOKE ALL ON conversations, turns, escalations FROM debezium;
ALTER TABLE conversations REPLICA IDENTITY DEFAULT;
ALTER TABLE conversations DROP COLUMN rating, DROP COLUMN rated_at;
