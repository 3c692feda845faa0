"""Who may speak to the webhook."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.whatsapp.signature import is_genuine, sign

pytestmark = pytest.mark.unit

SECRET = b"app-secret"


def test_published_vector_of_hmac_sha256() -> None:
    # RFC 4231, test case 2
    signed = sign(b"Jefe", b"what do ya want for nothing?")
    assert signed == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_signs_the_bytes_as_sent_not_the_json_they_mean() -> None:
    body = '{"a":"ç"}'.encode()
    assert is_genuine(SECRET, body, sign(SECRET, body))
    assert not is_genuine(SECRET, b'{"a":"\\u00e7"}', sign(SECRET, body))
    assert not is_genuine(SECRET, b'{"a": "\xc3\xa7"}', sign(SECRET, body))


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha1=abc", "ç", "sha256=" + "0" * 64])
def test_refuses_what_is_no_signature_of_it(header: str | None) -> None:
    assert not is_genuine(SECRET, b"{}", header)


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(min_size=1, max_size=40))
def test_another_body_or_secret_never_passes(body: bytes, other: bytes, secret: bytes) -> None:
    assert is_genuine(secret, body, sign(secret, body))
    assert is_genuine(secret, other, sign(secret, body)) == (other == body)
    assert not is_genuine(secret + b"x", body, sign(secret, body))
