-- The roles are made where their passwords are kept: by the local stack, or by whoever runs the database.

DO $$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(wanted, ', ' ORDER BY wanted) INTO missing
      FROM unnest(ARRAY['marketplace_writer', 'marketplace_reader', 'debezium']) AS wanted
     WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'the database role % is missing: create it with LOGIN (debezium also with REPLICATION), then migrate again', missing;
    END IF;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO marketplace_writer', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO marketplace_reader, debezium', current_database());
END
$$;
