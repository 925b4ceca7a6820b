"""The centre's own authority: signs its servers' certificates, and is installed once at every desk."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ct112.tls.bundle import Bundle
from ct112.tls.problems import TlsError

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397  # the most that browsers take of public authorities; a habit of renewing is worth more
LONGEST_DAYS = 825  # Apple's limit for all authorities
BACK = timedelta(days=1)  # a desk's clock may be late
HOST = re.compile(
    r"(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)


def new_authority(city: str, now: datetime) -> Bundle:
    """Make an authority of this name for ten years. Raises TlsError."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(f"ct112 {city}".strip())
    builder = _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
    usage = _usage(sign_certificates=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return Bundle((builder.sign(key, hashes.SHA256()),), key)


def issue(authority: Bundle, names: Iterable[str], now: datetime, days: int = SERVER_DAYS) -> Bundle:
    """Make a server's certificate for these names and addresses, with a key of its own. Raises TlsError."""
    wanted = clean_names(names)
    if not 1 <= days <= LONGEST_DAYS:
        raise TlsError(f"{days} days: a server's certificate has 1 to {LONGEST_DAYS}")
    assert authority.key is not None
    if now < authority.leaf.not_valid_before_utc:  # a machine that was started without a clock
        raise TlsError(
            f"it is {now:%Y-%m-%d} here, and the authority is from later: set this machine's clock"
        )
    key = ec.generate_private_key(ec.SECP256R1())
    days = min(days, authority.days_left(now))
    if days < 1:
        raise TlsError("the authority itself has ended: move it away, ct112 tls init, and see every desk")
    first = wanted[0]
    builder = _builder(_subject(first), authority.leaf.subject, key.public_key(), now, days)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(sign_certificates=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([_general(name) for name in wanted]), False),
        (issuer, False),
    ):
        builder = builder.add_extension(extension, critical=critical)
    return Bundle((builder.sign(authority.key, hashes.SHA256()), *authority.chain), key)


def clean_names(names: Iterable[str]) -> Sequence[str]:
    """Return host names and addresses as certificates have them, each once. Raises TlsError."""
    cleaned = list(dict.fromkeys(_cleaned(name) for name in names))
    if not cleaned:
        raise TlsError("no name: the name desks reach this machine by, for example 112.pekalongan.go.id")
    if len(cleaned) > 100:
        raise TlsError(f"{len(cleaned)} names: a certificate of ours has 100 at most")
    return cleaned


def _cleaned(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    host = name.rstrip(".").lower()
    if not HOST.fullmatch(host) or host.rpartition(".")[2].isdigit():
        raise TlsError(f"{ascii(name)[:80]} is no host name or address: without https://, port or path")
    return host


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _subject(name: str) -> x509.Name:
    if not name.isprintable():
        raise TlsError("a control character cannot stand in a certificate's name")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACK)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )
