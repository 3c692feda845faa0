DROP TABLE invoices;
DROP TABLE shipments;
