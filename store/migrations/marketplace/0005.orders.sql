-- depends: 0004.catalog
-- Orders carry REPLICA IDENTITY FULL: a status event names the status before.

CREATE SEQUENCE order_numbers MINVALUE 10000001 MAXVALUE 99999999;

COMMENT ON SEQUENCE order_numbers IS 'The numbers of orders that people quote: 8 digits.';

CREATE TABLE orders (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number            text NOT NULL UNIQUE CHECK (number ~ '^[1-9][0-9]{7}$'),
    pharmacy_id       bigint NOT NULL REFERENCES pharmacies,
    supplier_id       bigint NOT NULL REFERENCES suppliers,
    status            text NOT NULL CHECK (status IN ('placed', 'confirmed', 'picking', 'invoiced', 'shipped', 'delivered',
                                                      'cancelled', 'returned')),
    items_total       numeric(12,2) NOT NULL CHECK (items_total >= 0),
    discount          numeric(12,2) NOT NULL CHECK (discount BETWEEN 0 AND items_total),
    freight           numeric(12,2) NOT NULL CHECK (freight >= 0),
    total             numeric(12,2) NOT NULL,
    promised_delivery date,
    cancel_reason     text CHECK (cancel_reason IN ('pharmacy_request', 'out_of_stock', 'payment', 'other')),
    placed_at         timestamptz NOT NULL,
    status_changed_at timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT orders_total CHECK (total = items_total - discount + freight),
    CONSTRAINT orders_cancel_reason CHECK (cancel_reason IS NULL OR status = 'cancelled')
);

ALTER TABLE orders REPLICA IDENTITY FULL;

CREATE INDEX orders_by_pharmacy ON orders (pharmacy_id, placed_at DESC);

CREATE INDEX orders_by_supplier ON orders (supplier_id);

CREATE INDEX orders_open ON orders (status) WHERE status NOT IN ('delivered', 'cancelled', 'returned');

CREATE FUNCTION order_may_become(before text, after text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE before
        WHEN 'placed' THEN after IN ('confirmed', 'cancelled')
        WHEN 'confirmed' THEN after IN ('picking', 'cancelled')
        WHEN 'picking' THEN after IN ('invoiced', 'cancelled')
        WHEN 'invoiced' THEN after IN ('shipped', 'cancelled')
        WHEN 'shipped' THEN after IN ('delivered', 'returned')
        WHEN 'delivered' THEN after = 'returned'
        ELSE false
    END;

COMMENT ON FUNCTION order_may_become(text, text) IS 'Whether an order in the first status may move to the second.';

CREATE FUNCTION move_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT order_may_become(OLD.status, NEW.status) THEN
        RAISE EXCEPTION 'order % is % and cannot become %', OLD.number, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_status_moves';
    END IF;
    NEW.status_changed_at := now();
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION move_order() IS 'Refuses an illegal move of an order and keeps status_changed_at.';

CREATE TRIGGER move_order BEFORE UPDATE OF status ON orders FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION move_order();

CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE order_items (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id   bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    line       smallint NOT NULL CHECK (line >= 1),
    product_id bigint NOT NULL REFERENCES products,
    quantity   integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(12,2) NOT NULL CHECK (unit_price > 0),
    total      numeric(12,2) NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT order_items_line UNIQUE (order_id, line),
    CONSTRAINT order_items_total CHECK (total = quantity * unit_price)
);

CREATE INDEX order_items_by_product ON order_items (product_id);

CREATE TRIGGER touch BEFORE UPDATE ON order_items FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
