"""Statistics over HTTP."""

import csv
import io
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ct112.reports import mapping
from ct112.reports.monthly import Month
from ct112.store.roles import Role
from tests.store.examples import ARRIVED
from tests.web import people
from tests.web.site import BEARER, Site, fill
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


async def test_the_months_report_as_csv_and_as_xlsx(site: Site) -> None:
    await fill(site.store)
    month = datetime.fromtimestamp(ARRIVED, ZoneInfo("Asia/Jakarta")).strftime("%Y-%m")
    async with site.client.get(f"/api/v1/reports/{month}.csv", headers=BEARER) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="ct112-{month}.csv"'
        rows = list(csv.reader((await answer.read()).decode("utf-8-sig").splitlines()))
    title = {column.figure: at for at, column in enumerate(mapping.read().columns)}
    assert rows[-1][title["day"]] == month
    of_days = [int(row[title["calls"]]) for row in rows[1:-1]]
    assert sum(of_days) == int(rows[-1][title["calls"]]) == 3
    assert len(of_days) == len(Month.read(month).days())
    async with site.client.get(f"/api/v1/reports/{month}.xlsx", headers=BEARER) as answer:
        assert answer.status == 200
        sheet = zipfile.ZipFile(io.BytesIO(await answer.read())).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(rows)


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1999-01", "9999-12", "2026-00", "..", "2026-01-01"])
async def test_what_is_no_month(site: Site, month: str) -> None:
    async with site.client.get(f"/api/v1/reports/{month}.csv", headers=BEARER) as answer:
        assert answer.status in (400, 404)


async def test_an_operator_may_not_have_the_report(site: Site) -> None:
    await people.add(site.store, "siti", Role.OPERATOR)
    siti = await people.bearer(site.store, "siti")
    async with site.client.get("/api/v1/reports/2026-11.csv", headers=siti) as answer:
        assert answer.status == 403
