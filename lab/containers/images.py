"""The images: Debian's base images made here, wheels gathered outside, three builds."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from ct112.installation.asterisk_root import ALONE, KEYRING, debian_mirror
from lab import packages
from lab.containers.engine import Engine
from lab.places import REPOSITORY
from lab.steps import Progress, Step, StepFailed, step

BASES = ("trixie", "forky")
TARGETS = ("asterisk", "postgres", "ct112")
PYTHON = "3.13"  # of Debian 13, in the image
GLIBC = 41  # 2.41, there


SECOND_COMPOSE = """\
FROM debian:trixie-slim
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker-compose
"""


def name(target: str, tag: str = "local") -> str:
    """Return the image's name as compose.yaml has it."""
    return f"ct112/{target}:{tag}"


def make(engine: Engine, progress: Progress) -> None:
    """Make what is missing and build the three. Raises StepFailed."""
    for suite in BASES:
        _base(engine, suite, progress)
    with step(progress, "wheels for the image's Python") as this:
        context = gather(engine.folder, this)
    for target in TARGETS:
        with step(progress, f"image {name(target)}") as this:
            build(engine, context, target)
            this.note = size(engine, name(target))


def build(engine: Engine, context: Path, target: str, *, label: str = "") -> None:
    """Build one image; Python's packages come from the context alone. `label` makes it another image."""
    engine.docker(
        *("build", "--network", "host", "--build-arg", "PIP_NO_INDEX=1", "--target", target),
        *(("--label", f"org.ct112.rebuilt={label}") if label else ()),
        *("--tag", name(target), "--file", str(context / "docker" / "Dockerfile"), str(context)),
    )


def second_compose(engine: Engine, city: Path) -> list[str]:
    """Let the other compose, Debian 13's, read what this one runs; return the services it sees."""
    engine.docker("build", "--network", "host", "--tag", name("compose2"), "-", text=SECOND_COMPOSE.encode())
    said = engine.docker(
        *("run", "--rm", "--network", "none", "--volume", f"{city}:/city:ro", "--workdir", "/city"),
        *(name("compose2"), "docker-compose", "config", "--services"),
    )
    return sorted(said.split())


def size(engine: Engine, image: str) -> str:
    """Return how large an image is, in words."""
    return f"{int(engine.docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6:.0f} MB"


def gather(folder: Path, this: Step) -> Path:
    """Return a build's context: docker/ with the wheels, and nothing of the tree."""
    context = folder / "context"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(REPOSITORY / "docker", context / "docker", ignore=shutil.ignore_patterns(".env", "*.whl"))
    wheel = _wheel(context / "docker" / "dist")
    for one in _dependencies(folder, wheel):
        shutil.copy(one, context / "docker" / "wheels" / one.name)
    this.note = f"{wheel.name} and {len(list((context / 'docker' / 'wheels').glob('*.whl')))} others"
    return context


def _wheel(target: Path) -> Path:
    """Build ct112's own wheel."""
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target), str(REPOSITORY))
    return next(target.glob("ct112-*.whl"))


def _dependencies(folder: Path, wheel: Path) -> list[Path]:
    """Return the wheels ct112 needs in the image, fetched anew when pyproject.toml says something new."""
    wanted = hashlib.sha256((REPOSITORY / "pyproject.toml").read_bytes()).hexdigest()[:16]
    there = folder / "wheels" / wanted
    if not there.exists():
        shutil.rmtree(folder / "wheels", ignore_errors=True)
        new = folder / "wheels" / f"{wanted}.new"
        platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC, 4, -1)] + [
            "manylinux2014_x86_64"
        ]
        _pip(
            *("download", "--dest", str(new), "--only-binary", ":all:", "--implementation", "cp"),
            *("--python-version", PYTHON, "--abi", "cp313", "--abi", "abi3", "--abi", "none"),
            *(word for platform in platforms for word in ("--platform", platform)),
            str(wheel),
        )
        (new / wheel.name).unlink()
        new.rename(there)
    return sorted(there.glob("*.whl"))


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", arguments[0], "--quiet", *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = " | ".join(done.stderr.strip().splitlines()[-3:])
        raise StepFailed(f"pip {arguments[0]}: {last}", "see that the package index is reachable")


def _base(engine: Engine, suite: str, progress: Progress) -> None:
    """Make a base image of the usual name when it is not there; a registry is not asked."""
    image = f"debian:{suite}-slim"
    if engine.docker("images", "--quiet", image):
        return
    with step(progress, f"base image {image}") as this:
        packages.ensure("mmdebstrap", "mmdebstrap")
        if not KEYRING.exists():
            packages.install("debian-archive-keyring")
        archive = engine.folder / f"{suite}.tar"
        trouble = _mmdebstrap(suite, archive, [])
        if "expired" in trouble.lower() or "not valid" in trouble.lower():
            this.note = "the mirror's Release file is past its date; accepted, its signature is good"
            trouble = _mmdebstrap(suite, archive, ['--aptopt=Acquire::Check-Valid-Until "false"'])
        if trouble:
            archive.unlink(missing_ok=True)
            last = " | ".join(trouble.strip().splitlines()[-3:])
            raise StepFailed(f"mmdebstrap {suite}: {last}", "see that the Debian mirror is reachable")
        engine.docker("import", str(archive), image)
        archive.unlink()


def _mmdebstrap(suite: str, archive: Path, options: list[str]) -> str:
    """Return what went wrong, empty when nothing did."""
    mirror = debian_mirror()
    command = [
        *ALONE,
        "mmdebstrap",
        "--variant=minbase",
        "--components=main",
        f"--keyring={KEYRING}",
        *options,
    ]
    command += [suite, str(archive), *([mirror] if mirror else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr or "it failed without a word"
