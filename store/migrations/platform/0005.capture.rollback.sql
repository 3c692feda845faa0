DROP PUBLICATION balcao_platform;
DROP TABLE debezium_heartbeat;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM platform_agent, platform_sender, debezium;
