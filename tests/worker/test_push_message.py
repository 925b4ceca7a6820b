"""A message is encrypted as RFC 8291 says and signed as RFC 8292 says: by the RFC's own example, and ours."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from ct112.worker.push_message import PADDED, authorization, encrypted, point, private_key
from tests.worker.push_service import Phone, b64, decrypted, unb64

PHONE = Phone("a phone")


def test_the_example_of_rfc_8291_appendix_a() -> None:
    plain = unb64("V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24")
    sender = private_key(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    key = unb64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    secret, salt = unb64("BTBZMqHH6r4Tts7J_aSIgg"), unb64("DGv6ra1nlYgDCS1FRnbzlw")
    wanted = unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert plain == b"When I grow up, I want to be a watermelon"
    assert encrypted(plain, key, secret, own=sender, salt=salt, padded=0) == wanted
    receiver = private_key(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    assert decrypted(wanted, receiver, secret) == plain


@given(st.binary(max_size=3000))
def test_whatever_is_told_arrives(told: bytes) -> None:
    body = encrypted(told, PHONE.p256dh, PHONE.secret)
    assert decrypted(body, PHONE.own, PHONE.secret) == told


def test_nothing_is_told_by_the_length_and_nothing_is_used_twice() -> None:
    one, other = (encrypted(told, PHONE.p256dh, PHONE.secret) for told in (b"a", b"b" * 300))
    assert len(one) == len(other) == 86 + PADDED + 16
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"(?i)point|key"):
        encrypted(b"x", b"\x04" + b"\x01" * 64, PHONE.secret)


def test_the_signature_says_for_whom_and_until_when() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    said = authorization("https://push.example.org:8443/a/b?c", key, 1_800_000_000.9, "mailto:it@example.id")
    token, public = (part.split("=", 1)[1] for part in said.removeprefix("vapid ").split(", "))
    assert unb64(public) == point(key.public_key())
    x, y = (b64(unb64(public)[at : at + 32]) for at in (1, 33))
    found = jwt.decode(
        token, ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y}), algorithms=["ES256"]
    )
    assert found.claims == {
        "aud": "https://push.example.org:8443",
        "exp": 1_800_000_000 + 12 * 3600,
        "sub": "mailto:it@example.id",
    }
    head = json.loads(unb64(token.partition(".")[0]))
    assert head == {"typ": "JWT", "alg": "ES256"}
