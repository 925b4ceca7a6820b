"""The same site as in tests/web."""

from tests.web.conftest import site

__all__ = ["site"]
