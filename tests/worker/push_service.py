"""A push service and the browsers behind it, decrypting by the words of RFC 8291, RFC 8188 and RFC 5869.

Independent of what it tests: HKDF by HMAC alone, the signature by joserfc.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

CURVE = ec.SECP256R1()


def b64(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt: bytes, ikm: bytes, info: bytes, length: int) -> bytes:
    """Return RFC 5869's HKDF-SHA-256, for one block."""
    extracted = hmac.new(salt, ikm, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:length]


def decrypted(body: bytes, own: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """Return what a message says, as RFC 8291 section 3.4 has a browser read it."""
    salt, record, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    assert len(sealed) <= record
    mine = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
    ikm = hkdf(secret, shared, b"WebPush: info\x00" + mine + sender, 32)
    key = hkdf(salt, ikm, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = hkdf(salt, ikm, b"Content-Encoding: nonce\x00", 12)
    told, delimiter, padding = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\x02")
    assert delimiter
    assert not padding.strip(b"\x00")
    return told


@dataclass
class Phone:
    """A browser that has subscribed."""

    name: str
    own: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def p256dh(self) -> bytes:
        """Its public key."""
        return self.own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass
class PushService:
    """What came for each phone; `answer` gives the status of each."""

    answer: Callable[[str, int], tuple[int, dict[str, str]]] = lambda _name, _times: (201, {})
    phones: dict[str, Phone] = field(default_factory=dict)
    came: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def phone(self, name: str) -> tuple[Phone, str]:
        """Return a new phone and its endpoint."""
        self.phones[name] = Phone(name)
        return self.phones[name], f"{self.url}/push/{name}"

    def told(self, name: str) -> list[dict[str, Any]]:
        """Return what a phone was told."""
        return [told for whose, told, _ in self.came if whose == name]

    async def take(self, request: web.Request) -> web.Response:
        """Take a message as RFC 8030 has it, from whoever RFC 8292 says it is."""
        name = request.match_info["name"]
        phone, body = self.phones[name], await request.read()
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert scheme == "vapid"
        x, y = (b64(unb64(said["k"])[at : at + 32]) for at in (1, 33))
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
        self.claims.append(jwt.decode(said["t"], key, algorithms=["ES256"]).claims | {"k": said["k"]})
        assert request.headers["Content-Encoding"] == "aes128gcm"
        told = json.loads(decrypted(body, phone.own, phone.secret))
        self.came.append((name, told, dict(request.headers)))
        status, headers = self.answer(name, len(self.told(name)))
        return web.Response(status=status, headers=headers)


@asynccontextmanager
async def serving(service: PushService) -> AsyncIterator[PushService]:
    """Let it listen on a port of loopback."""
    app = web.Application()
    app.router.add_post("/push/{name}", service.take)
    server = TestServer(app)
    await server.start_server()
    service.url = str(server.make_url("/")).rstrip("/")
    try:
        yield service
    finally:
        await server.close()
