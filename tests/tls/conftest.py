"""A PostgreSQL for a web process that people sign in to."""

from tests.store.conftest import database_url, server, store, template

__all__ = ["database_url", "server", "store", "template"]
