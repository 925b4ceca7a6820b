"""docker/answers, the health check of three containers, at servers alive, ill, silent, gone, and over TLS."""

import http.server
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ct112.tls.files import WEB, TlsFolder

ANSWERS = Path(__file__).parents[2] / "docker" / "answers"
SETTING = "CT112_WEB_TLS_CERTIFICATE"


@contextmanager
def serving(status: int, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer `/healthz` with this status on a port of loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(host: str, port: int, *setting: str, settings: Path = Path("/dev/null")) -> bool:
    """Run the check as the container does."""
    environment = {**os.environ, "CT112_ENV_FILE": str(settings)}
    done = subprocess.run(
        ["bash", str(ANSWERS), host, str(port), *setting],
        env=environment,
        capture_output=True,
        check=False,
        timeout=10,
    )
    return done.returncode == 0


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", ""])
def test_alive_and_ill(status: int, healthy: bool, host: str) -> None:
    with serving(status) as port:
        assert asked(host, port) is healthy


def test_gone() -> None:
    with serving(200) as port:
        pass
    assert not asked("127.0.0.1", port)


def test_one_that_says_nothing_is_given_four_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        assert not asked("127.0.0.1", silent.getsockname()[1])
        assert 3 < time.monotonic() - started < 7


def test_over_tls_once_the_setting_names_a_certificate(tmp_path: Path) -> None:
    folder = TlsFolder(tmp_path)
    folder.make_authority("", datetime.now(UTC))
    folder.issue(WEB, ["localhost"], datetime.now(UTC), 10)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder.pem(WEB))
    settings = tmp_path / "ct112.env"

    with serving(200, context) as port:
        settings.write_text(f"{SETTING}='{folder.pem(WEB)}'\n", "utf-8")
        assert asked("127.0.0.1", port, SETTING, settings=settings)
    with serving(503, context) as port:
        assert not asked("127.0.0.1", port, SETTING, settings=settings)
    with serving(200) as port:
        settings.write_text(f"{SETTING}=''\n", "utf-8")
        assert asked("127.0.0.1", port, SETTING, settings=settings)
