"""The screens in the source tree: built, their types made from what the API says of itself, and checked.

`python -m lab.screens build`, `types`, `check`; `dev` serves them with every change at once; `pictures` takes
what the browser tests last kept into the guides.
"""

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ct112.web.openapi import describe
from ct112.web.table import TABLE
from frontend import build as frontend
from lab.labfile import read
from lab.places import REPOSITORY
from lab.steps import StepFailed

WORK = frontend.HERE / ".build"
TYPES = frontend.HERE / "src" / "shared" / "api"
FACTS = REPOSITORY / "docs" / "facts.schema.json"
BIN = "node_modules/{}"
OPENAPI_TS, JSON_TS = (
    BIN.format("openapi-typescript/bin/cli.js"),
    BIN.format("json-schema-to-typescript/dist/src/cli.js"),
)
KEPT = REPOSITORY / ".lab" / "screens"
SHOWN = REPOSITORY / "docs" / "pictures"
LANGUAGES = ("id", "en")
PICTURES = (
    *("console", "console-sent", "agency", "agency-change", "supervisor", "call", "log", "reports"),
    *("operators", "sheet", "agencies", "explain", "menu", "wallboard", "readiness"),
)
"""The pictures of the guides, which the browser tests keep in both languages (`Desk.for_guides`)."""
LARGEST_PICTURE = 150_000  # bytes: each clone has them
CHECKS = {
    "types": (BIN.format("typescript/bin/tsc"), "-p", "."),
    "lint": (
        BIN.format("eslint/bin/eslint.js"), ".", "--max-warnings", "0",
        "--cache", "--cache-location", ".build/eslint", "--cache-strategy", "content",
    ),
    "component tests": (BIN.format("vitest/vitest.mjs"), "run", "--reporter", "dot"),
}  # fmt: skip


def build() -> bool:
    """Build the screens when they have changed; return whether they had. Raises StepFailed."""
    try:
        return frontend.build()
    except frontend.BuildFailed as error:
        raise StepFailed(
            str(error), "mend what it names; docs/frontend.md says how the screens are built"
        ) from None


def types() -> None:
    """Make the types of the API and of the facts as they are now; nothing is kept that could be stale."""
    frontend.install()
    WORK.mkdir(exist_ok=True)
    document = WORK / "openapi.json"
    document.write_bytes(describe(TABLE))
    made = {
        TYPES / "openapi.d.ts": (document, (OPENAPI_TS, str(document), "--default-non-nullable=false", "-o")),
        TYPES / "facts.d.ts": (FACTS, (JSON_TS, "-i", str(FACTS), "-o")),
    }
    for target, (source, command) in made.items():
        _made(target, source, command)


def _made(target: Path, source: Path, command: tuple[str, ...]) -> None:
    stamp = WORK / f"{target.name}.sha256"
    lock = (frontend.HERE / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(source.read_bytes() + lock).hexdigest()
    if target.exists() and stamp.exists() and stamp.read_text("ascii") == wanted:
        return
    frontend.run(f"the types of {source.name}", *command, str(target))
    stamp.write_text(wanted, "ascii")


def check() -> None:
    """Check types, style and component tests, and that the screens can be built. Raises BuildFailed."""
    types()
    for what, command in CHECKS.items():
        frontend.run(what, *command)
    frontend.build()


def dev() -> None:
    """Serve the sources with every change at once; what is asked of the API goes to the lab that runs."""
    types()
    info = read(Path(os.environ.get("CT112_LAB_DIR", REPOSITORY / ".lab")) / "lab.json") or {}
    vite = [str(frontend.node()), BIN.format("vite/bin/vite.js")]
    settings = {"CT112_WEB": str(info["web"])} if info else {}
    subprocess.run(vite, cwd=frontend.HERE, env=os.environ | settings, check=False)


def pictures() -> None:
    """Copy the guides' pictures from where the browser tests keep theirs. Raises StepFailed."""
    for name, language in itertools.product(PICTURES, LANGUAGES):
        file = KEPT / f"guide-{name}-{language}.png"
        if not file.exists():
            raise StepFailed(f"{file} is not there", "./run test tests/browser")
        if file.stat().st_size > LARGEST_PICTURE:
            raise StepFailed(f"{file} is larger than {LARGEST_PICTURE} bytes", "choose another one")
        (SHOWN / language).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, SHOWN / language / f"{name}.png")


WAYS: dict[str, Callable[[], object]] = {
    "build": build,
    "types": types,
    "check": check,
    "dev": dev,
    "pictures": pictures,
}


def main() -> int:
    """Do what was asked for."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "build"
    if wanted not in WAYS:
        print(f"✗ {wanted}: there are {', '.join(WAYS)}", file=sys.stderr)
        return 2
    try:
        WAYS[wanted]()
    except (frontend.BuildFailed, StepFailed) as error:
        print(f"✗ the screens: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
