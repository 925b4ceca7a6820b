"""What is wrong with a certificate, in words: before it is used, and while it is."""

import contextlib
import ssl
import stat
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID

from ct112 import files
from ct112.tls.bundle import Bundle, covers

LEAST_RSA_BITS = 2048


def problems(
    bundle: Bundle,
    now: datetime,
    *,
    names: Iterable[str] = (),
    roots: Sequence[x509.Certificate] | None = None,
) -> list[str]:
    """Return why browsers or phones would not take this certificate; none: they do.

    `names`: what desks reach the server by. `roots`: who is trusted besides a root in the chain itself; by
    default the authorities this machine trusts.
    """
    found = [*_of_the_key(bundle), *_of_the_times(bundle, now), *_of_the_use(bundle)]
    found += _of_the_chain(bundle, _trusted_here() if roots is None else roots)
    own = bundle.names()
    missing = [name for name in names if not covers(own, name)]
    if missing:
        known = ", ".join(own) or "no name at all"
        found.append(f"it is not for {', '.join(missing)} (but for {known}): have it made for these names")
    return found


def fits(bundle: Bundle) -> bool:
    """Return whether the key is the certificate's."""
    return bundle.key is not None and _raw(bundle.key.public_key()) == _raw(bundle.leaf.public_key())


def open_key(path: Path) -> str:
    """Return why a file's key is none any more, when everybody on the machine may read it; else nothing."""
    with contextlib.suppress(OSError):
        if path.stat().st_mode & stat.S_IROTH and b"PRIVATE KEY-----" in files.small(path):
            return f"everybody on this machine may read the key in {path}: chmod 640, and renew it"
    return ""


def _of_the_key(bundle: Bundle) -> Iterator[str]:
    public = bundle.leaf.public_key()
    if bundle.key is not None and not fits(bundle):
        yield "the key is another certificate's: name the key it was made with"
    if isinstance(public, rsa.RSAPublicKey) and public.key_size < LEAST_RSA_BITS:
        yield f"its RSA key has {public.key_size} bits, and less than {LEAST_RSA_BITS} is refused"


def _of_the_times(bundle: Bundle, now: datetime) -> Iterator[str]:
    for certificate in bundle.chain:
        whose = "it" if certificate is bundle.leaf else f"{_common(certificate.subject)} above it"
        if certificate.not_valid_after_utc <= now:
            yield f"{whose} ended on {certificate.not_valid_after_utc:%Y-%m-%d}: renew it"
        if certificate.not_valid_before_utc > now:
            since = f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
            yield f"{whose} begins only at {since}: see this machine's clock"


def _of_the_use(bundle: Bundle) -> Iterator[str]:
    extensions = bundle.leaf.extensions
    try:
        uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(uses):
        yield "it is not for servers (no serverAuth): have one made for a server"


def _of_the_chain(bundle: Bundle, roots: Sequence[x509.Certificate]) -> Iterator[str]:
    for below, above in zip(bundle.chain, bundle.chain[1:], strict=False):
        if not _signed(below, above):
            yield (
                f"{_common(below.subject)} is not signed by {_common(above.subject)}, which follows it: "
                "the file has the certificate first, then its issuer, and so on"
            )
            return
    last = bundle.chain[-1]
    if not any(_signed(last, root) for root in (last, *roots)):
        yield (
            f"its issuer is missing: add the certificate of {_common(last.issuer)} to the end of the file"
            " (authorities call it intermediate or fullchain)"
        )


def _signed(below: x509.Certificate, above: x509.Certificate) -> bool:
    if below.issuer != above.subject:
        return False
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _trusted_here() -> list[x509.Certificate]:
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # of old ones in Debian's collection
        for raw in ssl.create_default_context().get_ca_certs(binary_form=True):
            with contextlib.suppress(ValueError):  # one that cannot be read signs nothing for us
                found.append(x509.load_der_x509_certificate(raw))
    return found


def _raw(key: object) -> bytes:
    found: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return found


def _common(name: x509.Name) -> str:
    return name.rfc4514_string() or "a nameless issuer"
