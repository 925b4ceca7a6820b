"""The other ARI clients, in a virtual environment of their own: they pin other versions than we do."""

import subprocess
import sys
from pathlib import Path

from lab.places import REPOSITORY

WANTED = ("asyncari==0.20.6", "aioari==0.10.2", "ari-client==0.9.0")
FOLDER = REPOSITORY / ".lab" / "peers"


def python() -> Path:
    """Return their Python, installed when it is missing. Raises CalledProcessError."""
    found, stamp = FOLDER / "bin" / "python", FOLDER / "installed"
    wanted = "\n".join(WANTED)
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
        subprocess.run([str(found), "-m", "pip", "install", "--quiet", *WANTED], check=True)
        stamp.write_text(wanted, "utf-8")
    return found
