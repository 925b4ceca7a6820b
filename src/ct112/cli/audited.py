"""Changes made on the machine are in the audit as well, with the machine's user."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ct112.store.engine import Connection

LOGIN = Path("/proc/self/loginuid")  # who logged in, whatever became of them with sudo or su
NOBODY = 2**32 - 1


def who() -> str:
    """Return who runs this command: whoever logged in, else the process's user."""
    try:
        login = int(LOGIN.read_text())
    except (OSError, ValueError):
        login = NOBODY
    return f"cli:{_name(os.getuid() if login == NOBODY else login)}"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # a container's user may have no name
        return str(user)


async def note(
    connection: "Connection",
    action: str,
    object_id: str | None = None,
    personal: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    """Note a change in its own transaction. `personal`: what was searched for; it may be erased."""
    from ct112.store import audit

    await audit.note(
        connection,
        actor=who(),
        role="machine",
        action=action,
        object_kind=action.partition(".")[0],
        object_id=object_id,
        source="this machine",
        detail=detail,
        personal=personal,
    )
