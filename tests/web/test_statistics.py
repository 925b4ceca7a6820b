"""Statistics over HTTP."""

import pytest

from ct112.store.roles import Role
from tests.web import people
from tests.web.site import Site, fill
from tests.web.test_people import ask

ALL = "since=0001-01-02T00:00:00Z&until=9999-12-30T00:00:00Z"


async def test_any_span_and_what_each_figure_means(site: Site) -> None:
    await fill(site.store)
    status, found, _ = await ask(site, "GET", f"/statistics?{ALL}")
    assert (status, found["calls"][0]["key"], found["calls"][0]["calls"]) == (200, "all", 3)
    assert found["calls"][0]["abandoned"] == 3
    assert any(each["source"] == "NENA-STA-020.1" for each in found["definitions"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z", 422),
        ("since=2026-11-02T00:00:00Z", 400),
        ("since=0001-01-01T00:00:00%2B14:00&until=2026-11-01T00:00:00Z", 400),
        ("since=-5&until=1e99", 400),
    ],
)
async def test_what_is_no_span(site: Site, query: str, status: int) -> None:
    assert (await ask(site, "GET", f"/statistics?{query}"))[0] == status


async def test_an_operator_may_not(site: Site) -> None:
    await people.add(site.store, "siti", Role.OPERATOR)
    siti = await people.bearer(site.store, "siti")
    assert (await ask(site, "GET", f"/statistics?{ALL}", as_=siti))[0] == 403
