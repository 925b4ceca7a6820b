"""A lab of an older version, run by that version's own code; told on standard input what to start and stop.

It is started with PYTHONPATH at that version's tree, so `lab` is that version's.
"""

import sys
from pathlib import Path

from lab.api import Lab

OVERRIDES = {"CT112_RING_SECONDS": "4", "CT112_WRAP_UP_SECONDS": "1", "CT112_DRAIN_SECONDS": "1"}


def main(directory: Path, base: int) -> int:
    """Bring it up, do what each line says (`stop ct112`), and remove it at the end."""
    lab = Lab(directory, base, overrides=OVERRIDES)
    do = {"start": lab.start, "stop": lab.stop, "kill": lab.kill}
    try:
        lab.up()
        print("up", flush=True)
        for line in sys.stdin:
            action, part = line.split()
            do[action](part)
            print("done", flush=True)
    finally:
        lab.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
