"""Secrets that are handed out once and kept only as hashes."""

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import ARRAY, BindParameter, LargeBinary, literal


def new_secret() -> str:
    """Return a secret no one can guess (256 bits), fit for a cookie or a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return what is stored of it. A plain hash: what is hashed has 256 random bits already."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def hashes_of(hashes: Sequence[bytes]) -> BindParameter[Sequence[bytes]]:
    """Return many of them as one parameter of a statement."""
    return literal(list(hashes), ARRAY(LargeBinary))
