"""What comes with the package beside its modules, found in an installed wheel and in the source tree alike.

The top-level folders stay where a reader looks for them; the build puts them below `_shipped`, as
pyproject.toml says.
"""

from importlib import resources
from pathlib import Path

FOLDERS = ("asterisk-config", "dialplan", "migrations", "monitoring", "systemd")
"""By their names at the top of the tree; pyproject.toml names the same."""


class NotShipped(Exception):
    """A folder the product needs is in neither place; the text says what to do."""


def asterisk_config() -> Path:
    """Return the templates of Asterisk's configuration, with what is heard on hold. Raises NotShipped."""
    return _folder("asterisk-config")


def dialplan() -> Path:
    """Return the dialplan, with the program its fallback starts. Raises NotShipped."""
    return _folder("dialplan")


def migrations() -> Path:
    """Return Alembic's folder. Raises NotShipped."""
    return _folder("migrations")


def monitoring() -> Path:
    """Return the alarms and the dashboard, for Prometheus and Grafana. Raises NotShipped."""
    return _folder("monitoring")


def systemd() -> Path:
    """Return the units and what goes with them, for `ct112 install`. Raises NotShipped."""
    return _folder("systemd")


def screens() -> Path:
    """Return the built screens (in the tree: by `frontend/build.py`). Raises NotShipped."""
    return _folder("screens", in_tree="frontend/dist")


def _folder(name: str, in_tree: str | None = None) -> Path:
    package = Path(str(resources.files("ct112")))
    for folder in (package / "_shipped" / name, package.parents[1] / (in_tree or name)):
        if folder.is_dir():
            return folder
    raise NotShipped(
        f"this installation has no {name}/: build the wheel with `pip wheel .` and install it again"
    )
