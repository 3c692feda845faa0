DROP PUBLICATION balcao_marketplace;
DROP TABLE debezium_signal;
DROP TABLE debezium_heartbeat;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM marketplace_writer, marketplace_reader, debezium;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM marketplace_writer;
