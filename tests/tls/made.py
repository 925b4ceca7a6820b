"""Certificates for tests, and clients that trust an authority as a desk does: by having it installed."""

import ssl
from datetime import timedelta
from pathlib import Path

from ct112.tls.authority import issue, new_authority
from ct112.tls.bundle import Bundle, now

AUTHORITY = new_authority("Kota Contoh", now() - timedelta(days=400))


def server(*names: str, days: int = 30, authority: Bundle = AUTHORITY, ago: int = 0) -> Bundle:
    """A server's certificate; `ago`: made so many days before today."""
    return issue(authority, names or ("127.0.0.1", "localhost"), now() - timedelta(days=ago), days)


def written(path: Path, bundle: Bundle) -> Path:
    """Write key and chain into one file, at once."""
    new = path.with_suffix(".new")
    new.write_bytes(bundle.pem())
    new.chmod(0o600)
    new.replace(path)
    return path


def trusting(authority: Bundle, folder: Path) -> ssl.SSLContext:
    """A client on whose machine the authority is installed, and no other."""
    file = folder / "trusted.crt"
    file.write_bytes(authority.chain_pem())
    return ssl.create_default_context(cafile=str(file))
