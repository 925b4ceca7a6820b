"""Each metric is exported by the process it is about, and by no other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ct112 import metrics

PACKAGE = Path(metrics.__file__).parent
USED = re.compile(r"\bmetrics\.([a-z_]+)\b")


def used(folder: str) -> set[str]:
    """Return the metrics named in a folder."""
    texts = [path.read_text("utf-8") for path in (PACKAGE / folder).rglob("*.py")]
    return {name for text in texts for name in USED.findall(text)} - {"only_of"}


def exported(process: str) -> set[str]:
    """Return what a process exports, by the names in the code."""
    own = metrics.OWN.get(process)
    every = list(metrics.everything())
    names = {name: one for name, one in vars(metrics).items() if any(one is some for some in every)}
    others = {one for name, some in metrics.OWN.items() if name != process for one in some}
    kept = {*metrics.SHARED, *own} if own is not None else metrics.everything() - others
    return {name for name, one in names.items() if one in kept}


@pytest.mark.parametrize("folder", ["web", "worker"])
def test_what_a_process_counts_it_exports(folder: str) -> None:
    assert used(folder) <= exported(folder)


def test_what_the_telephone_counts_serve_exports() -> None:
    for folder in ("serve", "asterisk", "store"):
        assert used(folder) <= exported("serve"), folder


@pytest.mark.parametrize("process", ["serve", "web", "worker"])
def test_nothing_of_another_process_is_exported(process: str) -> None:
    code = (
        "from prometheus_client import generate_latest; from ct112 import metrics;"
        f"metrics.only_of({process!r}); print(generate_latest().decode())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert ("ct112_nobody_on_duty" in said) == (process == "serve")
    assert ("ct112_callbacks_waiting" in said) == (process == "worker")
    assert ("ct112_live_clients" in said) == (process == "web")
    assert "python_gc_objects_collected_total" in said
