"""Our key for web push, as browsers are told it."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
SCALAR_BYTES = 32


def new_key() -> bytes:
    """Return a new private key, as 32 bytes."""
    return ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(SCALAR_BYTES, "big")


def public(private: bytes) -> str:
    """Return its public key as `applicationServerKey` takes it: 65 bytes in base64url."""
    key = ec.derive_private_key(int.from_bytes(private, "big"), CURVE).public_key()
    return base64.urlsafe_b64encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()[
        :-1
    ]


def is_point(key: bytes) -> bool:
    """Return whether this is a public key on our curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key)
    except ValueError:
        return False
    return len(key) == 65


def unpadded(text: str) -> bytes:
    """Return what base64url says, with or without its padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
