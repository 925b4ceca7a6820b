"""Bringing the database's tables up to date with Alembic."""

import threading

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from ct112 import shipped

_one_at_a_time = threading.Lock()  # Alembic keeps what it is doing in globals


def config_for(database_url: str) -> Config:
    """Return Alembic's configuration for this database; no file is read."""
    config = Config()
    config.set_main_option("script_location", str(shipped.migrations()).replace("%", "%%"))
    config.attributes["database_url"] = database_url  # not an option: those expand % signs
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate up to `revision`. Runs its own event loop: from a coroutine call it in a thread."""
    with _one_at_a_time:
        command.upgrade(config_for(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Migrate down to `revision`; what the newer tables held is gone."""
    with _one_at_a_time:
        command.downgrade(config_for(database_url), revision)


def head() -> str:
    """Return the newest revision there is. Raises shipped.NotShipped."""
    found = ScriptDirectory(str(shipped.migrations())).get_current_head()
    if found is None:
        raise shipped.NotShipped("migrations/versions is empty")
    return found


def knows(revision: str) -> bool:
    """Return whether there is such a revision here; a newer program has more. Raises NoMigrations."""
    found = ScriptDirectory(str(shipped.migrations())).walk_revisions()
    return revision in {script.revision for script in found}
