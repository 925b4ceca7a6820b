"""A PostgreSQL for processes that really run."""

from tests.store.conftest import database_url, server, template

__all__ = ["database_url", "server", "template"]
