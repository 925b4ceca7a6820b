"""A certificate with the chain above it and, when it is there, its key: read from and written as PEM."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ct112 import files
from ct112.tls.problems import TlsError

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bundle:
    """`chain`: the certificate itself first, then who signed it, and so on. `key` None: not read."""

    chain: tuple[x509.Certificate, ...]
    key: Key | None = field(default=None, repr=False)

    @property
    def leaf(self) -> x509.Certificate:
        """Return the certificate itself."""
        return self.chain[0]

    @property
    def end(self) -> datetime:
        """Return when the first of the chain ends: from then on nobody trusts it."""
        return min(certificate.not_valid_after_utc for certificate in self.chain)

    def days_left(self, now: datetime) -> int:
        """Return the whole days until the end; below zero when it is past."""
        return (self.end - now) // DAY

    def names(self) -> tuple[str, ...]:
        """Return the names and addresses it is for."""
        try:
            found = self.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (x509.ExtensionNotFound, ValueError):
            return ()
        addresses = [str(address) for address in found.get_values_for_type(x509.IPAddress)]
        return (*found.get_values_for_type(x509.DNSName), *addresses)

    def fingerprint(self) -> str:
        """Return the certificate's SHA-256, as browsers show it."""
        return self.leaf.fingerprint(hashes.SHA256()).hex(":").upper()

    def chain_pem(self) -> bytes:
        """Return the certificates."""
        return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in self.chain)

    def key_pem(self) -> bytes:
        """Return the key."""
        assert self.key is not None
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def pem(self) -> bytes:
        """Return key and certificates in one: replaced by one rename, they never disagree."""
        return self.key_pem() + self.chain_pem()


def read(certificate: Path, key: Path | None = None) -> Bundle:
    """Read a chain and its key; `key` None: in the same file. Raises TlsError."""
    text = _bytes(certificate)
    return Bundle(_chain(text, certificate), _key(text if key is None else _bytes(key), key or certificate))


def read_chain(certificate: Path) -> Bundle:
    """Read a chain alone. Raises TlsError."""
    return Bundle(_chain(_bytes(certificate), certificate))


def now() -> datetime:
    """Return the time certificates are judged by."""
    return datetime.now(UTC)


def covers(names: Sequence[str], wanted: str) -> bool:
    """Return whether one of a certificate's names is this name or address (RFC 9525: * is one label)."""
    try:
        return str(ipaddress.ip_address(wanted)) in names
    except ValueError:
        pass
    host = wanted.rstrip(".").lower()
    starred = "*." + host.partition(".")[2]
    return any(name.lower() in (host, starred) for name in names)


def _bytes(path: Path) -> bytes:
    try:
        return files.small(path)
    except FileNotFoundError as error:
        raise TlsError(f"{path} is not there: ct112 tls init, or name the right file") from error
    except PermissionError as error:
        raise TlsError(f"{path} may not be read by this user: see its owner and mode") from error
    except OSError as error:
        raise TlsError(f"{path} cannot be read ({error.strerror}): name another file") from error


def _chain(text: bytes, path: Path) -> tuple[x509.Certificate, ...]:
    try:
        found = tuple(x509.load_pem_x509_certificates(text))
    except ValueError as error:
        raise TlsError(f"{path} has no certificate in PEM (-----BEGIN CERTIFICATE-----)") from error
    if len(found) != text.count(b"-----BEGIN CERTIFICATE"):
        raise TlsError(f"{path} is cut off or damaged: copy it again")
    return found


def _key(text: bytes, path: Path) -> Key:
    begin = text.find(b"-----BEGIN ")
    while begin >= 0 and b"PRIVATE KEY" not in text[begin:].split(b"\n", 1)[0]:
        begin = text.find(b"-----BEGIN ", begin + 1)
    if begin < 0:
        raise TlsError(f"{path} has no private key in PEM (-----BEGIN PRIVATE KEY-----): name the key's file")
    try:
        key = load_pem_private_key(text[begin:], password=None)
    except TypeError as error:
        raise TlsError(f"the key in {path} has a passphrase: nobody types it at night, remove it") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TlsError(f"the key in {path} cannot be read: damaged, or of a kind we do not know") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TlsError(f"the key in {path} is neither RSA nor EC: phones and browsers know these two")
    return key
