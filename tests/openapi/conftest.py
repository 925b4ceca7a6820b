"""The same site as in tests/web."""

from tests.store.conftest import database_url, server, store, template
from tests.web.conftest import site

__all__ = ["database_url", "server", "site", "store", "template"]
