-- depends: 0002.identifiers
-- States are text with a CHECK, not enums: a value can be added or taken away in one migration, inside a transaction, and
-- the captured column keeps its type. Nullable captured columns have no DEFAULT: Kafka Connect would put it in a null's place.

CREATE TABLE pharmacies (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cnpj       text NOT NULL UNIQUE CHECK (is_cnpj(cnpj)),
    legal_name text NOT NULL CHECK (char_length(legal_name) BETWEEN 1 AND 200),
    trade_name text NOT NULL CHECK (char_length(trade_name) BETWEEN 1 AND 200),
    city       text NOT NULL CHECK (char_length(city) BETWEEN 1 AND 100),
    state      text NOT NULL CHECK (is_federative_unit(state)),
    status     text NOT NULL CHECK (status IN ('pending', 'active', 'blocked', 'closed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER touch BEFORE UPDATE ON pharmacies FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();

CREATE TABLE contacts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pharmacy_id bigint NOT NULL REFERENCES pharmacies,
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    role        text NOT NULL CHECK (role IN ('owner', 'pharmacist', 'buyer', 'financial', 'other')),
    phone       text NOT NULL CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
    whatsapp_id text UNIQUE CHECK (whatsapp_id ~ '^[1-9][0-9]{7,14}$'),
    consent     text NOT NULL CHECK (consent IN ('granted', 'revoked')),
    consent_at  timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX contacts_by_pharmacy ON contacts (pharmacy_id);

CREATE TRIGGER touch BEFORE UPDATE ON contacts FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
