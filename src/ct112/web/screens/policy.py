"""What a screen may do in a browser: nothing inline, nothing from elsewhere (CSP3)."""

import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

NONCE_BYTES = 16
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""Of a service worker: it asks us, and nobody else."""
COMMON = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(self), geolocation=(self)",
    "X-Robots-Tag": "noindex",
}


def new_nonce() -> str:
    """Return what one answer's own styles are known by; no other answer has it."""
    return secrets.token_urlsafe(NONCE_BYTES)


def policy(nonce: str, phones: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a screen. `phones`: where a page's phone finds the nodes."""
    reached = " ".join(("'self'", *_origins(phones)))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "media-src 'self' blob:",
            f"connect-src {reached}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _origins(addresses: Iterable[str]) -> list[str]:
    """Return scheme and host of each address, once: a policy that names a path holds for that path alone."""
    parts = (urlsplit(address) for address in addresses)
    return list(dict.fromkeys(f"{each.scheme}://{each.netloc}" for each in parts if each.netloc))
