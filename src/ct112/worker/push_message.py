"""A web push message as RFC 8291 encrypts it and RFC 8292 signs for it, over `cryptography`.

By hand, because it is forty lines over what we have anyway, and the libraries for it bring an HTTP client of
their own that asks nobody which networks may be reached.
"""

import base64
import json
import os
from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD = 4096  # bytes, RFC 8291 section 4: one record
PADDED = 512  # bytes: their length says nothing of what they tell
LAST = b"\x02"  # RFC 8188 section 2: the delimiter of the last record
SIGNED_FOR = 12 * 3600  # seconds; at most 24 hours, RFC 8292 section 2


def encrypted(
    told: bytes,
    key: bytes,
    secret: bytes,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
    padded: int = PADDED,
) -> bytes:
    """Return the body of a push message (aes128gcm). `key`, `secret`: the browser's p256dh and auth.

    `own`, `salt`: of this message alone; drawn here unless they are given. Raises ValueError for a key
    that is no point of the curve.
    """
    own = own or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    mine = point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key))
    ikm = _hkdf(secret, shared, b"WebPush: info\0" + key + mine, 32)
    content_key = _hkdf(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, ikm, b"Content-Encoding: nonce\0", 12)
    plain = told + LAST + bytes(max(0, padded - len(told) - 1))
    head = salt + RECORD.to_bytes(4, "big") + bytes((len(mine),)) + mine
    return head + AESGCM(content_key).encrypt(nonce, plain, None)


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, now: float, contact: str | None) -> str:
    """Return the header that says who sends (VAPID). `now`: epoch seconds; `contact`: mailto: or https:."""
    parts = urlsplit(endpoint)
    claims: dict[str, str | int] = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(now) + SIGNED_FOR}
    if contact:
        claims["sub"] = contact
    said = b".".join(_b64(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(said, ec.ECDSA(hashes.SHA256())))
    signature = _b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    token, public = (said + b"." + signature).decode(), _b64(point(key.public_key())).decode()
    return f"vapid t={token}, k={public}"


def private_key(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the key of these 32 bytes."""
    return ec.derive_private_key(int.from_bytes(scalar, "big"), CURVE)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hkdf(salt: bytes, ikm: bytes, info: bytes, length: int) -> bytes:
    derive: Callable[[bytes], bytes] = HKDF(hashes.SHA256(), length, salt, info).derive
    return derive(ikm)


def _b64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
