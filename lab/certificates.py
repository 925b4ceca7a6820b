"""Certificates for a lab: an authority, and Asterisk's certificate where its own user may read it."""

from pathlib import Path

from ct112.tls.bundle import Bundle, now
from ct112.tls.files import Part, TlsFolder
from lab.asterisk import AsteriskNode

HOST = "127.0.0.1"


class NodeCertificate:
    """A node's certificate, by an authority of its own: made before it starts, renewed while it runs."""

    def __init__(self, node: AsteriskNode) -> None:
        """Make both."""
        account = node.installation.account()
        self._part = Part("asterisk", "asterisk" if account is None else account[2])
        self._folder: TlsFolder = node.tls
        self.wss = node.ports.wss
        with self._folder.alone():
            self._folder.make_authority("lab", now())
        self.renew()

    @property
    def authority(self) -> Path:
        """Return what is installed where somebody is to trust it."""
        return self._folder.authority

    @property
    def file(self) -> Path:
        """Return the certificate without its key: what `ct112 serve` looks at."""
        return self._folder.certificate(self._part)

    def renew(self) -> Bundle:
        """Put a new certificate into place, as `ct112 tls renew` does."""
        with self._folder.alone():
            return self._folder.issue(self._part, [HOST], now())
