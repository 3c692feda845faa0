CREATE OR REPLACE FUNCTION modulo_10_digit(body text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT ((10 - sum(product / 10 + product % 10) % 10) % 10)::text
          FROM (
              SELECT (ascii(substr(body, place, 1)) - 48) * (2 - (length(body) - place) % 2) AS product
                FROM generate_series(1, length(body)) AS place
          ) AS weighted
    );

CREATE OR REPLACE FUNCTION boleto_digit(body text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT CASE WHEN 11 - weighted.total % 11 > 9 THEN '1' ELSE (11 - weighted.total % 11)::text END
          FROM (
              SELECT sum((ascii(substr(body, place, 1)) - 48) * (2 + (length(body) - place) % 8)) AS total
                FROM generate_series(1, length(body)) AS place
          ) AS weighted
    );

CREATE OR REPLACE FUNCTION is_digitable_line(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value ~ '^[0-9]{3}9[0-9]{43}$'
        AND substr(value, 10, 1) = modulo_10_digit(substr(value, 1, 9))
        AND substr(value, 21, 1) = modulo_10_digit(substr(value, 11, 10))
        AND substr(value, 32, 1) = modulo_10_digit(substr(value, 22, 10))
        AND substr(value, 33, 1) = boleto_digit(
            substr(value, 1, 4) || substr(value, 34, 14) || substr(value, 5, 5) || substr(value, 11, 10) || substr(value, 22, 10)
        );
