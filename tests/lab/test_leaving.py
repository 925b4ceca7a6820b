"""`./run up` while ct112 is still leaving: what is started beside it would be gone with it, or in its way."""

import sys
from pathlib import Path

import pytest

from lab import processes
from lab.api import Lab
from lab.free_ports import free_base
from lab.service import NAME as CT112
from lab.steps import StepFailed

pytestmark = pytest.mark.real

LEAVING = """
import http.server, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"ready": false, "parts": [{"name": "calls", "detail": "leaving"}]}'
        self.send_response(503); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
threading.Timer(float(sys.argv[2]), server.shutdown).start()
server.serve_forever()
"""


def leaving(lab: Lab, seconds: float) -> None:
    """Have a ct112 that answers for so long that it leaves."""
    command = [sys.executable, "-c", LEAVING, str(lab.places.ports.serve), str(seconds)]
    lab._table.add(CT112, processes.start(command, log=lab.places.log / "leaving.log"))
    assert processes.wait_until(lambda: lab.service().readiness().startswith("{"), 10)


def test_it_is_waited_for(tmp_path: Path) -> None:
    lab = Lab(tmp_path, free_base())
    try:
        leaving(lab, 1.5)
        assert CT112 in lab.living()
        lab._wait_while_leaving()
        assert CT112 not in lab.living()
    finally:
        lab.remove()


def test_one_that_does_not_end_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.api.LEAVING_SECONDS", 0.5)
    lab = Lab(tmp_path, free_base())
    try:
        leaving(lab, 60)
        with pytest.raises(StepFailed, match="still leaving") as failure:
            lab._wait_while_leaving()
        assert "./run down" in failure.value.remedy
    finally:
        lab.remove()
