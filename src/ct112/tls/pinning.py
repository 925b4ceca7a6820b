"""This machine's own commands ask `ct112 web` over HTTPS and trust the certificate in its file alone."""

import ssl
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from ct112.tls.bundle import read_chain


def client_context(certificate: Path) -> ssl.SSLContext:
    """Return a context that takes exactly the server with this certificate, under any name. Raises TlsError.

    Not one bit weaker than a check of names: whoever answers must have this very certificate's key.
    """
    leaf = read_chain(certificate).leaf
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False  # 127.0.0.1 is seldom among the names of a city's certificate
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the certificate itself is the root of trust
    context.load_verify_locations(cadata=leaf.public_bytes(Encoding.DER))
    return context
