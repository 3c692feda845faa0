DROP TABLE order_items;
DROP TABLE orders;
DROP FUNCTION move_order();
DROP FUNCTION order_may_become(text, text);
DROP SEQUENCE order_numbers;
