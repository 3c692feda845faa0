DROP TABLE inventory;
DROP TABLE offers;
DROP TABLE products;
DROP TABLE suppliers;
