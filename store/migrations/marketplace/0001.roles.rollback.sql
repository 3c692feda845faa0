DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM marketplace_writer, marketplace_reader, debezium', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
END
$$;
