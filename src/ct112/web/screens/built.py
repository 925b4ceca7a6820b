"""The built screens in memory: read once, and again when they were built anew under a running web."""

from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from ct112 import logs, shipped

log = logs.get("screens")

INDEX, ASSETS, PACKED = "index.html", "assets", ".gz"
ROOTED = frozenset({"agency-sw.js", "agency.webmanifest", "agency-192.png", "agency-512.png"})
"""What makes the agency's page an app of a phone; nothing else of the folder has an address."""
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}
"""What a machine's own list of types may not know, or call something else."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file; `packed`: the same gzipped, where that is smaller."""

    body: bytes
    packed: bytes | None
    content_type: str


class Built:
    """What `folder` holds; without one, or an unfinished one, there is no index."""

    def __init__(self, folder: Path | None) -> None:
        """Nothing is read before it is asked for."""
        self._folder = folder
        self._index: bytes | None = None
        self._assets: dict[str, Asset] = {}
        self._rooted: dict[str, Asset] = {}
        self._read_at: tuple[int, int] | None = None

    @classmethod
    def shipped(cls) -> "Built":
        """Return what came with this installation."""
        try:
            return cls(shipped.screens())
        except shipped.NotShipped:
            return cls(None)

    def index(self) -> bytes | None:
        """Return the page all screens begin with; None when the screens have not been built."""
        self._read()
        return self._index

    def asset(self, name: str) -> Asset | None:
        """Return a file by its name. The ones of a build before stay for pages that are open."""
        if name not in self._assets:
            self._read()
        return self._assets.get(name)

    def rooted(self, name: str) -> Asset | None:
        """Return a file beside the page, of the newest build: a service worker has one address for ever."""
        self._read()
        return self._rooted.get(name)

    def _read(self) -> None:
        """Read what is new; what cannot be read leaves everything as it was."""
        if self._folder is None:
            return
        try:
            state = (self._folder / INDEX).stat()
            now = (state.st_mtime_ns, state.st_ino)
            if now == self._read_at:
                return
            index = (self._folder / INDEX).read_bytes()
            fresh = {path.name: _asset(path) for path in _files(self._folder / ASSETS)}
            rooted = {path.name: _asset(path) for path in _files(self._folder) if path.name in ROOTED}
        except OSError as error:
            log.warning("the screens could not be read", error=type(error).__name__)
            return
        self._index, self._read_at = index, now
        self._assets, self._rooted = self._assets | fresh, rooted


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and path.suffix != PACKED]


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    packed = path.with_name(path.name + PACKED)
    smaller = packed.read_bytes() if packed.is_file() else None
    if smaller is not None and len(smaller) >= len(body):
        smaller = None
    content_type = TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, smaller, content_type)
