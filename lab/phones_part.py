"""Simulated operators' phones as a part of the lab: all positions registered, every call answered."""

import os
import sys

from lab import processes
from lab.places import REPOSITORY, Places
from lab.processes import ProcessTable

NAME = "phones"


def start(places: Places, table: ProcessTable) -> None:
    """Start the phones; wait until every position can be called."""
    log = places.log / "phones.log"
    log.unlink(missing_ok=True)  # what an earlier run said must not be taken for this one's
    command = [sys.executable, "-m", "lab.phones", "operators", "--lab", str(places.lab_json)]
    path = f"{REPOSITORY / 'src'}:{REPOSITORY}"
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    table.add(NAME, processes.start(command, log=log, environment=environment, cwd=REPOSITORY))
    processes.wait_ready(
        NAME, table, lambda: log.exists() and "all registered" in log.read_text("utf-8"), 15, log
    )
