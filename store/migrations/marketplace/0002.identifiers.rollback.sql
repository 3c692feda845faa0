DROP FUNCTION touch();
DROP FUNCTION is_federative_unit(text);
DROP FUNCTION is_nfe_access_key(text);
DROP FUNCTION is_gtin(text);
DROP FUNCTION is_cnpj(text);
DROP FUNCTION modulo_11_digit(text);
