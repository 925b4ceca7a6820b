"""docs/settings.md is what the code says; every setting is described, and read by somebody."""

import pytest

from ct112.settings import Settings
from tests import settings_page


def test_the_page_is_up_to_date() -> None:
    """If this fails: PYTHONPATH=src:. python -m tests.settings_page, and look at what changed."""
    assert settings_page.PAGE.read_text("utf-8") == settings_page.page()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_described_and_read(name: str) -> None:
    assert Settings.model_fields[name].description, f"say what {name} is: Field(…, description=…)"
    assert settings_page.readers().get(name), f"nobody reads {name}: take it out"


def test_who_reads_a_setting_is_seen_through_methods() -> None:
    readers = settings_page.readers()
    assert readers["ring_seconds"] >= {"serve"}, "by policy()"
    assert readers["audit_key_file"] >= {"worker"}, "by audit_key_path"
    assert readers["log_level"] >= {"serve", "web", "worker"}
    assert "worker" not in readers["web_port"]
    assert "web" not in readers["nodes"]


def test_a_secret_is_marked() -> None:
    page = settings_page.page()
    for name in ("nodes", "database_url", "control_token", "api_token", "oidc_client_secret"):
        line = next(line for line in page.splitlines() if f"`CT112_{name.upper()}`" in line)
        assert "**secret**" in line
