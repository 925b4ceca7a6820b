"""Asterisk's certificate: a changed one is taken up by every node, while calls go on."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from ct112 import files, logs, metrics
from ct112.tls.bundle import read_chain
from ct112.tls.problems import TlsError
from ct112.tls.serving import Stamp, stamp

log = logs.get("certificate")

NAME = "asterisk"
LOOK_SECONDS = 15.0


class CertificateWatch:
    """Looks at the file, away from the calls. It holds the chain alone: the key is Asterisk's.

    Which certificate every node was told of is kept in a file: one that changes while nobody looks, or while
    a node is away, is taken up after the next start.
    """

    def __init__(
        self,
        certificate: Path,
        renewed: Callable[[], None],
        taken_up: Callable[[], bool],
        memory: Path,
        every: float = LOOK_SECONDS,
    ) -> None:
        """`renewed` is called whenever the certificate is another; `taken_up`: every node has been told."""
        self._certificate, self._memory = certificate, memory
        self._renewed, self._taken_up = renewed, taken_up
        self._every = every
        self._looked = False
        self._seen: Stamp | None = None
        self._shown = ""  # the certificate in the file, by its fingerprint
        self._asked = ""  # of which the nodes were told, or are being told

    async def run(self) -> None:
        """Look until cancelled."""
        remembered = self._asked = await asyncio.to_thread(self._remembered)
        while True:
            await asyncio.to_thread(self._look)
            if self._shown and self._shown != self._asked:
                self._asked = self._shown
                self._renewed()
            if self._asked != remembered and self._taken_up():
                remembered = self._asked
                await asyncio.to_thread(self._remember, remembered)
            await asyncio.sleep(self._every)

    def _look(self) -> None:
        """Read the file if it is another one; one that is gone for a moment is being replaced."""
        found = stamp([self._certificate])
        if self._looked and found in (None, self._seen):
            return
        self._looked, self._seen = True, found
        self._measure()

    def _measure(self) -> None:
        """Export when it ends; what cannot be read changes nothing."""
        try:
            bundle = read_chain(self._certificate)
        except TlsError as error:
            metrics.certificate_trouble.labels(certificate=NAME).set(1)
            log.warning("the certificate of Asterisk cannot be read", reason=str(error))
            return
        self._shown = bundle.fingerprint()
        metrics.certificate_end.labels(certificate=NAME).set(bundle.end.timestamp())
        metrics.certificate_trouble.labels(certificate=NAME).set(0)

    def _remembered(self) -> str:
        """Return which one every node was told of last; empty: nobody knows, and they are told again."""
        try:
            return self._memory.read_bytes()[:200].decode("ascii", "replace").strip()
        except OSError:
            return ""

    def _remember(self, fingerprint: str) -> None:
        with contextlib.suppress(OSError):  # then they are told once more after the next start
            files.replace(self._memory, fingerprint.encode() + b"\n")
