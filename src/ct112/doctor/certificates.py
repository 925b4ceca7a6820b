"""The check of the certificates: those that are served, and the authority they come from."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ct112.doctor.checks import Answer, Trouble
from ct112.settings import Settings
from ct112.tls.bundle import now, read_chain
from ct112.tls.checking import open_key, problems
from ct112.tls.problems import TlsError

SOON_DAYS = 21
REMEDY = "ct112 tls renew or use; where there is none, ct112 tls init (docs/security.md)"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def certificates(settings: Settings) -> Answer:
    """Each is good for three weeks more, and for the name browsers use; without one web stays on loopback."""
    files = {"web": settings.web_tls_certificate, "asterisk": settings.asterisk_tls_certificate}
    there = {name: file for name, file in files.items() if file is not None}
    if not (settings.web_tls_certificate or settings.web_proxies or settings.web_host in LOOPBACK):
        return None, f"web speaks plain HTTP on {settings.web_host}: passwords can be read on the way"
    if not there:
        return True, "none: web is on this machine alone, or behind a proxy of yours"
    keys = {name: [path for path in (file, settings.web_tls_key) if path] for name, file in there.items()}
    host = urlsplit(settings.web_url).hostname
    said = [
        await asyncio.to_thread(_looked_at, name, file, host if name == "web" else None, keys[name])
        for name, file in there.items()
    ]
    soon = any(days < SOON_DAYS for days, _ in said)
    return None if soon else True, "; ".join(text for _, text in said)


def _looked_at(name: str, file: Path, host: str | None, keys: Sequence[Path]) -> tuple[int, str]:
    """Return the days left and a text; `host` is the name it must be for. Raises Trouble.

    `keys`: the files its key may be in.
    """
    try:
        bundle = read_chain(file)
    except TlsError as error:
        raise Trouble(f"{name}: {error}", "ct112 tls show") from error
    wrong = problems(bundle, now(), names=() if host is None else (host,))
    wrong += filter(None, map(open_key, keys))
    if wrong:
        raise Trouble(f"{name}: {'; '.join(wrong)}", "ct112 tls renew, or ct112 tls use")
    return bundle.days_left(now()), f"{name} until {bundle.end:%Y-%m-%d}"
