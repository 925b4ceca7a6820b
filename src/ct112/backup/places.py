"""Where on this machine the things are that a backup takes, and a restore puts back."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ct112.settings import ENV_FILE, Settings, env_file

ASTDB = "astdb.sqlite3"
MARKER = "restore.unfinished"
"""In the state folder from the beginning of a restore to its end."""
ETC = (Path("/etc/asterisk"), Path("/opt/ct112/asterisk-root/etc/asterisk"))
"""Where a node's configuration is, on its own machine: Debian's, or that of the private root."""
DIRECTORY = re.compile(r"^\s*(?P<name>\w+)\s*=>?\s*(?P<value>[^;\s]+)", re.MULTILINE)


@dataclass(frozen=True)
class Places:
    """The places. `astdbs`: Asterisk's own database, node by node, of the nodes that are on this machine."""

    state: Path
    spool: Path
    audit_key: Path
    heads: Path
    erasures: Path
    recordings: Path | None = None
    description: Path | None = None  # of the nodes and trunks; it names files with passwords, and holds none
    fallback: Mapping[str, Path] = field(default_factory=dict)
    astdbs: Mapping[str, Path] = field(default_factory=dict)

    @property
    def prompts(self) -> Path:
        """Return the folder of the prompts."""
        return self.state / "prompts"

    @classmethod
    def of(cls, settings: Settings, astdbs: Mapping[str, Path] | None = None) -> "Places":
        """Return the places the settings name. `astdbs`: where Asterisk's databases are, else it is found."""
        return cls(
            state=settings.state_dir.absolute(),
            spool=settings.spool_path.absolute(),
            audit_key=settings.audit_key_path.absolute(),
            heads=settings.audit_heads_path.absolute(),
            erasures=settings.erasures_path.absolute(),
            description=description(),
            recordings=settings.recordings_dir and settings.recordings_dir.absolute(),
            fallback=settings.fallback_dirs,
            astdbs=found_astdbs() if astdbs is None else astdbs,
        )


def key_files(of: Path | None) -> list[Path]:
    """Return the files with keys and passwords beside a description: certificates, and what trunks name."""
    if of is None:
        return []
    found = sorted(path for path in (of.parent / "tls").glob("*") if path.is_file())
    try:
        trunks = tomllib.loads(of.read_text("utf-8")).get("trunk", [])
        named = [of.parent / str(trunk["password_file"]) for trunk in trunks if "password_file" in trunk]
    except (OSError, ValueError, TypeError):
        named = []
    return [*found, *(path for path in dict.fromkeys(named) if path.is_file())]


def description() -> Path:
    """Return where the description of the nodes and trunks is: beside the file of settings."""
    return (env_file() or ENV_FILE).with_name("asterisk.toml").absolute()


def found_astdbs(etc: tuple[Path, ...] = ETC) -> dict[str, Path]:
    """Return the databases of the Asterisk nodes whose configuration is where `render` puts it."""
    found: dict[str, Path] = {}
    for folder in etc:
        try:
            text = (folder / "asterisk.conf").read_text("utf-8")
        except (OSError, ValueError):
            continue
        told = {match["name"]: match["value"] for match in DIRECTORY.finditer(text)}
        node, inside = told.get("systemname"), told.get("astdbdir", "/var/lib/asterisk")
        root = folder.parents[1]
        path = next(
            (p for p in (root / inside.lstrip("/") / ASTDB, Path(inside) / ASTDB) if p.exists()), None
        )
        if node and path is not None:
            found.setdefault(node, path)
    return found
