"""A database of its own for each test."""

from tests.store.conftest import database_url, server, store, template

__all__ = ["database_url", "server", "store", "template"]
