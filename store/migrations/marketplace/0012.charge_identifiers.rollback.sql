DROP FUNCTION is_digitable_line(text);
DROP FUNCTION boleto_digit(text);
DROP FUNCTION modulo_10_digit(text);
