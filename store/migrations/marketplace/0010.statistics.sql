-- depends: 0009.capture
-- Whoever fills the tables may gather their statistics: until autovacuum comes by, a minute later, the planner guesses,
-- and traffic costs several times what it should.

GRANT MAINTAIN ON pharmacies, contacts, suppliers, products, offers, inventory, orders, order_items, shipments, invoices, returns,
    complaints TO marketplace_writer;
