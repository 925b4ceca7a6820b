"""Asterisk's certificate: a changed one is taken up by every node, while calls go on."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ct112 import logs, metrics
from ct112.tls.bundle import read_chain
from ct112.tls.problems import TlsError
from ct112.tls.serving import follow, stamp

log = logs.get("certificate")

NAME = "asterisk"
LOOK_SECONDS = 15.0


class CertificateWatch:
    """Looks at the file, away from the calls. It holds the chain alone: the key is Asterisk's."""

    def __init__(self, certificate: Path, renewed: Callable[[], None], every: float = LOOK_SECONDS) -> None:
        """`renewed` is called whenever the file is another one."""
        self._certificate = certificate
        self._renewed = renewed
        self._every = every

    async def run(self) -> None:
        """Look until cancelled."""
        known = await asyncio.to_thread(stamp, [self._certificate])
        await asyncio.to_thread(self._measure)
        await follow([self._certificate], self._changed, known, self._every)

    async def _changed(self) -> None:
        if await asyncio.to_thread(self._measure):
            self._renewed()

    def _measure(self) -> bool:
        """Export when it ends; return whether it can be read."""
        try:
            end = read_chain(self._certificate).end
        except TlsError as error:
            metrics.certificate_trouble.labels(certificate=NAME).set(1)
            log.warning("the certificate of Asterisk cannot be read", reason=str(error))
            return False
        metrics.certificate_end.labels(certificate=NAME).set(end.timestamp())
        metrics.certificate_trouble.labels(certificate=NAME).set(0)
        return True
