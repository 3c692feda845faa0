#!/bin/sh
# Runs once, when the volume is new: the databases and their roles, each with its own password from the environment.
set -eu
role() { # name password attributes
  psql -v ON_ERROR_STOP=1 -U postgres -v name="$1" -v password="$2" <<SQL
CREATE ROLE :"name" LOGIN $3 PASSWORD :'password';
SQL
}
role marketplace_owner "$MARKETPLACE_OWNER_PASSWORD" ""
role marketplace_writer "$MARKETPLACE_WRITER_PASSWORD" ""
role marketplace_reader "$MARKETPLACE_READER_PASSWORD" ""
role marketplace_agent "$MARKETPLACE_AGENT_PASSWORD" ""
role platform_owner "$PLATFORM_OWNER_PASSWORD" ""
role platform_agent "$PLATFORM_AGENT_PASSWORD" ""
role platform_sender "$PLATFORM_SENDER_PASSWORD" ""
role debezium "$DEBEZIUM_PASSWORD" "REPLICATION"
role registry "$REGISTRY_PASSWORD" ""
psql -v ON_ERROR_STOP=1 -U postgres <<'SQL'
CREATE DATABASE marketplace OWNER marketplace_owner;
CREATE DATABASE platform OWNER platform_owner;
CREATE DATABASE registry OWNER registry;
REVOKE CONNECT ON DATABASE marketplace, platform, registry FROM PUBLIC;
GRANT CONNECT ON DATABASE marketplace TO marketplace_writer, marketplace_reader, marketplace_agent, debezium;
GRANT CONNECT ON DATABASE platform TO platform_agent, platform_sender, debezium;
SQL
