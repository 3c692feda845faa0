-- depends: 0010.statistics
-- A domain event tells what was before, and whether anything changed at all: the log must hold the row before each change.

ALTER TABLE products REPLICA IDENTITY FULL;
ALTER TABLE offers REPLICA IDENTITY FULL;
ALTER TABLE inventory REPLICA IDENTITY FULL;
ALTER TABLE contacts REPLICA IDENTITY FULL;
ALTER TABLE shipments REPLICA IDENTITY FULL;
ALTER TABLE complaints REPLICA IDENTITY FULL;
