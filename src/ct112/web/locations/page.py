"""The page a caller sees who was sent a link: one file, no framework, and a policy that allows it alone."""

import base64
import hashlib
import re
from pathlib import Path

PAGE = (Path(__file__).parent / "page.html").read_bytes()


def _hashes(tag: bytes) -> str:
    """Return what the policy calls each element of this tag (CSP3, hash sources)."""
    bodies = re.findall(rb"<" + tag + rb">(.*?)</" + tag + rb">", PAGE, re.S)
    digests = (base64.b64encode(hashlib.sha256(body).digest()).decode() for body in bodies)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(b'script')}",
            f"style-src {_hashes(b'style')}",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Referrer-Policy": "no-referrer",  # the address is the secret
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "X-Robots-Tag": "noindex",
}
