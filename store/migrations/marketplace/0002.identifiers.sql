-- depends: 0001.roles
-- Functions with SQL-standard bodies: they are inlined, and no search_path can change what they mean.

CREATE FUNCTION modulo_11_digit(body text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT CASE WHEN weighted.total % 11 < 2 THEN '0' ELSE (11 - weighted.total % 11)::text END
          FROM (
              SELECT sum((ascii(substr(body, place, 1)) - 48) * (2 + (length(body) - place) % 8)) AS total
                FROM generate_series(1, length(body)) AS place
          ) AS weighted
    );

COMMENT ON FUNCTION modulo_11_digit(text) IS
    'The check digit of CNPJ and NF-e: characters valued by ASCII less 48, weights 2 to 9 from the right, modulo 11.';

CREATE FUNCTION is_cnpj(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value ~ '^[0-9A-Z]{12}[0-9]{2}$'
        AND value <> repeat(left(value, 1), 14)
        AND right(value, 2) = modulo_11_digit(left(value, 12)) || modulo_11_digit(left(value, 13));

COMMENT ON FUNCTION is_cnpj(text) IS
    'Whether the text is a CNPJ without punctuation, numeric or alphanumeric (IN RFB 2.229/2024), with right check digits.';

CREATE FUNCTION is_gtin(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value ~ '^([0-9]{8}|[0-9]{12,14})$'
        AND 0 = (
            SELECT sum(ascii(substr(value, place, 1)) - 48) FILTER (WHERE (length(value) - place) % 2 = 0)
                 + sum(ascii(substr(value, place, 1)) - 48) FILTER (WHERE (length(value) - place) % 2 = 1) * 3
              FROM generate_series(1, length(value)) AS place
        ) % 10;

COMMENT ON FUNCTION is_gtin(text) IS 'Whether the text is a GTIN-8, -12, -13 or -14 with the right check digit.';

CREATE FUNCTION is_nfe_access_key(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value ~ '^[0-9]{6}[0-9A-Z]{12}[0-9]{26}$' AND right(value, 1) = modulo_11_digit(left(value, 43));

COMMENT ON FUNCTION is_nfe_access_key(text) IS
    'Whether the text is an NF-e access key (44 characters; letters only in the issuer''s CNPJ) with the right check digit.';

CREATE FUNCTION is_federative_unit(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value IN ('AC', 'AL', 'AM', 'AP', 'BA', 'CE', 'DF', 'ES', 'GO', 'MA', 'MG', 'MS', 'MT', 'PA', 'PB', 'PE',
                     'PI', 'PR', 'RJ', 'RN', 'RO', 'RR', 'RS', 'SC', 'SE', 'SP', 'TO');

COMMENT ON FUNCTION is_federative_unit(text) IS 'Whether the text is the two letters of a Brazilian state or the Federal District.';

CREATE FUNCTION touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION touch() IS 'Keeps updated_at; its trigger fires only when the row really changes.';
