"""System packages, installed with apt only when a command is missing."""

import os
import shutil
import subprocess
from pathlib import Path

from lab.steps import StepFailed

FONTS = Path("/usr/share/fonts")


def ensure(command: str, package: str) -> None:
    """Make `command` available. Raises StepFailed when apt cannot install `package`."""
    if shutil.which(command) is None:
        install(package)


def ensure_font(file: str, package: str) -> None:
    """Make a font available whose file has a name like this. Raises StepFailed as `ensure` does."""
    if not any(FONTS.rglob(file)):
        install(package)


def install(*packages: str) -> None:
    """Install `packages` with apt-get; needs root."""
    if os.geteuid() != 0:
        raise StepFailed(f"{' '.join(packages)} is not installed", f"apt install {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(
        ["apt-get", "update", "-qq"], quiet, required=False
    )  # one broken source of many is no reason to stop
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], quiet, required=True)


def _run(command: list[str], environment: dict[str, str], *, required: bool) -> None:
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if required and result.returncode != 0:
        last = (result.stderr.strip() or result.stdout.strip()).splitlines()[-3:]
        raise StepFailed(
            f"{' '.join(command)}: {' | '.join(last)}", "see that apt-get update works, then again"
        )
