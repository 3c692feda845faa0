REVOKE MAINTAIN ON pharmacies, contacts, suppliers, products, offers, inventory, orders, order_items, shipments, invoices, returns,
    complaints FROM marketplace_writer;
