DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM platform_agent, platform_sender, debezium', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
END
$$;
