"""A Debian mirror inside a machine without a network: it asks ours and keeps the packages it has once had."""

import ctypes
import socket
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PREFIX = "/debian/"
KEPT = ("pool/", "/by-hash/")  # these never change under their names
SECONDS = 60
CLONE_NEWNET = 0x40000000


class Mirror:
    """Answers `http://127.0.0.1:PORT/debian` in the network of process `pid`."""

    def __init__(self, upstream: str, cache: Path, pid: int, port: int = 3142) -> None:
        self.url = f"http://127.0.0.1:{port}{PREFIX.rstrip('/')}"
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = _listening(pid, port)
        self._server.upstream, self._server.cache = upstream.rstrip("/") + "/", cache  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, name="mirror", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.removeprefix(PREFIX)
        if ".." in name or not self.path.startswith(PREFIX):
            self.send_error(404)
            return
        kept = self.server.cache / name.replace("/", "_")  # type: ignore[attr-defined]
        if kept.is_file():
            self._answer(kept.read_bytes())
            return
        try:
            with urllib.request.urlopen(self.server.upstream + name, timeout=SECONDS) as answer:  # type: ignore[attr-defined]
                data = answer.read()
        except urllib.error.HTTPError as error:
            self.send_error(error.code)
            return
        except OSError:
            self.send_error(502)
            return
        if any(part in name for part in KEPT):
            new = kept.with_name(f"{kept.name}.{threading.get_ident()}")
            new.write_bytes(data)
            new.replace(kept)
        self._answer(data)

    def _answer(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _listening(pid: int, port: int) -> socket.socket:
    """Return a socket that listens in the network of another process: a thread goes there to open it."""
    found: list[socket.socket | OSError] = []

    def open_there() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{pid}/ns/net", "rb") as there:  # noqa: PTH123 (a descriptor is needed)
            if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
                found.append(OSError(ctypes.get_errno(), "setns"))
                return
        try:
            found.append(socket.create_server(("127.0.0.1", port), backlog=16))
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=open_there)
    thread.start()
    thread.join()
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]


def cache_folder(base: Path) -> Path:
    """Return the folder of kept packages, made when it is missing."""
    folder = base / "debian-packages"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
