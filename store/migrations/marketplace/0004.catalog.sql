-- depends: 0003.accounts
-- Long columns have STORAGE MAIN and a length limit: they stay in the row, so that a change of another column never
-- reaches Kafka with "unavailable" in their place. Offers carry REPLICA IDENTITY FULL: who hears of a price change or of a
-- deleted offer needs the price and the product it had.

CREATE TABLE suppliers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cnpj       text NOT NULL UNIQUE CHECK (is_cnpj(cnpj)),
    legal_name text NOT NULL CHECK (char_length(legal_name) BETWEEN 1 AND 200),
    trade_name text NOT NULL CHECK (char_length(trade_name) BETWEEN 1 AND 200),
    kind       text NOT NULL CHECK (kind IN ('manufacturer', 'distributor')),
    city       text CHECK (char_length(city) BETWEEN 1 AND 100),
    state      text CHECK (is_federative_unit(state)),
    status     text NOT NULL CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER touch BEFORE UPDATE ON suppliers FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE products (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name               text STORAGE MAIN NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 2000),
    active_ingredients text[] STORAGE MAIN NOT NULL CHECK (cardinality(active_ingredients) BETWEEN 1 AND 100),
    presentation       text STORAGE MAIN NOT NULL CHECK (octet_length(presentation) BETWEEN 1 AND 600),
    manufacturer_id    bigint NOT NULL REFERENCES suppliers,
    variant            smallint NOT NULL CHECK (variant >= 1),
    gtin               text UNIQUE CHECK (is_gtin(gtin)),
    anvisa_registration text UNIQUE CHECK (anvisa_registration ~ '^[0-9]{13}$'),
    stripe             text NOT NULL CHECK (stripe IN ('none', 'yellow', 'red', 'red_retained', 'black', 'unknown')),
    storage            text CHECK (storage IN ('room', 'refrigerated', 'frozen')),
    shelf_life_months  smallint CHECK (shelf_life_months BETWEEN 1 AND 240),
    price_regime       text NOT NULL CHECK (price_regime IN ('regulated', 'released')),
    factory_price      numeric(12,2) CHECK (factory_price > 0),
    ceiling_price      numeric(12,2) CHECK (ceiling_price > 0),
    status             text NOT NULL CHECK (status IN ('active', 'discontinued')),
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT products_natural_key UNIQUE (manufacturer_id, presentation, active_ingredients, variant),
    CONSTRAINT products_ceiling CHECK ((price_regime = 'released') = (ceiling_price IS NULL)),
    CONSTRAINT products_ingredients_named CHECK (array_position(active_ingredients, NULL) IS NULL)
);

CREATE TRIGGER touch BEFORE UPDATE ON products FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE offers (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier_id      bigint NOT NULL REFERENCES suppliers,
    product_id       bigint NOT NULL REFERENCES products,
    price            numeric(12,2) NOT NULL CHECK (price > 0),
    minimum_quantity integer NOT NULL CHECK (minimum_quantity > 0),
    state            text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'withdrawn')),
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT offers_one_a_product UNIQUE (supplier_id, product_id)
);

ALTER TABLE offers REPLICA IDENTITY FULL;

CREATE INDEX offers_by_product ON offers (product_id);

CREATE TRIGGER touch BEFORE UPDATE ON offers FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE inventory (
    supplier_id bigint NOT NULL,
    product_id  bigint NOT NULL,
    on_hand     integer NOT NULL CHECK (on_hand >= 0),
    reserved    integer NOT NULL CHECK (reserved >= 0),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (supplier_id, product_id),
    CONSTRAINT inventory_of_an_offer FOREIGN KEY (supplier_id, product_id)
        REFERENCES offers (supplier_id, product_id) ON DELETE CASCADE,
    CONSTRAINT inventory_reserved_is_there CHECK (reserved <= on_hand)
);

CREATE TRIGGER touch BEFORE UPDATE ON inventory FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
