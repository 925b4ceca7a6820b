"""A database of its own for each test that asks one."""

from tests.store.conftest import database_url, server, store, template

__all__ = ["database_url", "server", "store", "template"]
