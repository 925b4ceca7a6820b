"""A server's TLS: new connections have the certificate that is in the file now, the old ones go on."""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn

from ct112 import logs, metrics
from ct112.tls.bundle import Bundle, now, read
from ct112.tls.checking import fits
from ct112.tls.problems import TlsError

log = logs.get("tls")

LOOK_SECONDS = 2.0
Stamp = tuple[tuple[int, int, int, int], ...]


class ServerTls:
    """TLS 1.2 or later with the certificate in a file; `run` takes up a changed one."""

    def __init__(self, certificate: Path, key: Path | None, name: str) -> None:
        """`key` None: in the same file. `name`: of the metric. Raises TlsError."""
        self._certificate, self._key, self._name = certificate, key, name
        self._watched = [path for path in (certificate, key) if path is not None]
        self._seen = stamp(self._watched)
        self.trouble = ""
        self._current, self._bundle = self._load()
        self.context = self._current
        self.context.sni_callback = self._choose  # called whether or not the client names a host

    async def run(self) -> None:
        """Look for a changed certificate until cancelled; one that will not do is an alarm, and not used."""
        await follow(self._watched, self._take, self._seen, LOOK_SECONDS)

    def state(self) -> tuple[bool, str]:
        """Return whether all is well with it, and how it is in words."""
        ended = self._bundle.end <= now()
        said = f"{'ended on' if ended else 'until'} {self._bundle.end:%Y-%m-%d}"
        return not ended and not self.trouble, self.trouble or said

    async def _take(self) -> None:
        try:
            self._current, self._bundle = await asyncio.to_thread(self._load)
        except TlsError as error:
            self.trouble = str(error)
            metrics.certificate_trouble.labels(certificate=self._name).set(1)
            log.warning("a changed certificate cannot be used, the one before stays", reason=str(error))
            return
        self.trouble = ""
        log.info("a changed certificate is used from now on", certificate=self._name)

    def _load(self) -> tuple[ssl.SSLContext, Bundle]:
        """Return a context with what is in the files now. Raises TlsError."""
        bundle = read(self._certificate, self._key)
        if not fits(bundle):
            raise TlsError(f"the key is not that of {self._certificate}: name the one it was made with")
        context = server_context(self._certificate, self._key)
        metrics.certificate_end.labels(certificate=self._name).set(bundle.end.timestamp())
        metrics.certificate_trouble.labels(certificate=self._name).set(0)
        return context, bundle

    def _choose(self, connection: ssl.SSLObject, _host: str | None, _context: ssl.SSLContext) -> None:
        """Called in every handshake: let it have the certificate of today."""
        if connection.context is not self._current:
            connection.context = self._current


def server_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Return a server's context: TLS 1.2 or later, what Python's library holds for safe. Raises TlsError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_passphrase)
    except (ssl.SSLError, OSError) as error:
        raise TlsError(
            f"{certificate} cannot be used ({error.strerror or error}): see ct112 tls show"
        ) from error
    return context


async def follow(
    paths: list[Path],
    changed: Callable[[], Awaitable[None]],
    known: Stamp | None,
    every: float,
) -> None:
    """Call `changed` whenever the files are others than when `known` was taken, until cancelled.

    A file that is gone for a moment is no change: whoever writes it anew may take the old one away first.
    """
    while True:
        await asyncio.sleep(every)
        found = await asyncio.to_thread(stamp, paths)
        if found is not None and found != known:
            known = found
            await changed()


def stamp(paths: list[Path]) -> Stamp | None:
    """Return what tells one state of the files from another; None when one is not there."""
    try:
        return tuple((at.st_ino, at.st_size, at.st_mtime_ns, at.st_ctime_ns) for at in map(os.stat, paths))
    except OSError:
        return None


def _no_passphrase() -> NoReturn:
    raise TlsError("the key has a passphrase: nobody types it at night, remove it")
