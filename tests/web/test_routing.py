"""Routing over HTTP: checked, stored, compared, published on what was read; and why whom."""

from typing import Any

from ct112.store import agencies, audit
from ct112.store.roles import Role
from tests.web import people
from tests.web.site import Site
from tests.web.test_people import ask

GOOD = """\
default: {first: [bpbd]}
hours: {malam: [{days: [mon, tue, wed, thu, fri, sat, sun], from: "22:00", to: "06:00"}]}
rules:
  - {name: api, categories: [kebakaran], hours: [malam], first: [damkar, polres]}
  - {name: rob, categories: [rob], areas: [33.75.03], first: [bpbd], supporting: [pmi]}
run_cards:
  kebakaran: {2: [pmi]}
"""


async def store(site: Site, source: str = GOOD, **more: Any) -> tuple[int, Any, Any]:
    return await ask(site, "POST", "/routing/versions", {"source_yaml": source, "note": "a test"}, **more)


async def publish(site: Site, number: int, version: int, **more: Any) -> tuple[int, Any, Any]:
    path = f"/routing/versions/{number}/publish"
    return await ask(site, "POST", path, {"note": "because"}, If_Match=f'"{version}"', **more)


async def explain(site: Site, query: str) -> Any:
    status, found, _ = await ask(site, "GET", f"/routing/explain?{query}")
    assert status == 200, found
    return found


async def test_what_is_in_force_after_installation_explains_itself(site: Site) -> None:
    _, now, headers = await ask(site, "GET", "/routing")
    assert (now["number"], now["unmatched_last_day"], headers["ETag"]) == (1, 0, '"1"')
    by_day = await explain(site, "category=miras&at=2026-11-26T03:00:00Z")
    night = await explain(site, "category=miras&at=2026-11-26T16:00:00Z&kelurahan=33.75.01.1003")
    assert (by_day["first"], by_day["local_time"]) == (["satpol_pp"], "2026-11-26 10:00 WIB")
    assert (night["first"], night["supporting"]) == (["polres"], ["satpol_pp"])
    assert [one["rule"] for one in by_day["passed_over"]] == ["penyakit masyarakat, malam"]
    assert "not its hours" in by_day["passed_over"][0]["why"]
    fire = await explain(site, "category=kebakaran&alarm_level=3")
    assert fire["agencies"] == ["damkar", "pmi", "polres", "pln", "bpbd", "dinkes", "satpol_pp"]
    assert fire["card"][0] == {"agency": "damkar", "what": "regu tambahan"}
    assert fire["as_of"] is None


WRONG = [
    ("category=kebakarn", 422, "category"),
    ("category=Kebakaran", 400, "category"),
    ("", 400, "category"),
    ("category=kebakaran&at=yesterday", 400, "at"),
    ("category=kebakaran&at=2026-11-26T10:00:00", 400, "at"),
    ("category=kebakaran&kelurahan=Krapyak", 400, "kelurahan"),
    ("category=kebakaran&alarm_level=0", 400, "alarm_level"),
    ("category=kebakaran&alarm_level=10", 400, "alarm_level"),
]  # fmt: skip


async def test_a_question_that_is_none_names_its_field(site: Site) -> None:
    for query, status, field in WRONG:
        found, told, _ = await ask(site, "GET", f"/routing/explain?{query}")
        assert (found, told["fields"][0]["field"]) == (status, field), query
        assert told["fields"][0]["remedy"]


async def test_the_first_and_the_last_moment_there_is_are_no_fault_of_ours(site: Site) -> None:
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert (await ask(site, "GET", f"/routing/explain?category=miras&at={at}"))[0] < 500, at


async def test_a_version_is_checked_stored_compared_published_and_rolled_back(site: Site) -> None:
    _, report, _ = await ask(site, "POST", "/routing/check", {"source_yaml": GOOD})
    assert report["ok"]
    assert all(not one["fatal"] for one in report["problems"])
    status, made, headers = await store(site)
    assert (status, made["number"], made["in_force"], made["stored_by"]) == (201, 2, False, "api-token")
    assert headers["Location"] == "/api/v1/routing/versions/2"
    before = await explain(site, "category=rob&kelurahan=33.75.03.1001")
    assert before["routing_version"] == 1
    _, difference, _ = await ask(site, "GET", "/routing/versions/2/diff?against=1")
    assert any(line.startswith("+  - {name: api") for line in difference["lines"])
    status, now, _ = await publish(site, 2, 1)
    assert (status, now["number"], now["version"]) == (200, 2, 2)
    assert (await publish(site, 1, 1))[0] == 412
    assert (await publish(site, 99, 2))[0] == 404
    after = await explain(site, "category=rob&kelurahan=33.75.03.1001")
    assert (after["rule"], after["routing_version"]) == ("rob", 2)
    gap = await explain(site, "category=rob")
    assert (gap["rule"], gap["alarm"], gap["first"]) == (None, True, ["bpbd"])
    assert (await publish(site, 1, 2))[1]["number"] == 1
    _, page, _ = await ask(site, "GET", "/routing/versions?limit=1")
    assert (page["total"], page["versions"][0]["number"]) == (2, 2)
    _, rest, _ = await ask(site, "GET", f"/routing/versions?after={page['next']}")
    assert [one["in_force"] for one in rest["versions"]] == [True]
    assert (await ask(site, "GET", "/routing/versions/2"))[1]["source_yaml"] == GOOD
    async with site.store.transaction() as connection:
        rows = (await audit.page(connection, limit=100)).items
    assert [(row.action, row.object_id) for row in reversed(rows)] == [
        ("routing.store", "2"), ("routing.publish", "2"), ("routing.publish", "1"),
    ]  # fmt: skip


async def test_what_cannot_be_read_is_not_stored_and_what_has_a_problem_is_not_published(site: Site) -> None:
    for source in ("", "[", "rules: []", "\0", "default: {first: [bpbd]}\nrules: [{name: x}]"):
        status, told, _ = await store(site, source)
        assert status == 422, source
        assert told["fields"][0]["remedy"]
    bad = GOOD.replace("[damkar, polres]", "[nobody]")
    assert (await store(site, bad))[0] == 201
    status, told, _ = await publish(site, 2, 1)
    assert (status, told["fields"][0]["field"]) == (422, "source_yaml.line 4")
    assert "no agency 'nobody'" in told["detail"]
    assert (await ask(site, "GET", "/routing"))[1]["number"] == 1


async def test_a_version_that_was_good_is_refused_once_who_is_asked_acts_no_more(site: Site) -> None:
    assert (await store(site, GOOD.replace("[damkar, polres]", "[damkar]")))[0] == 201
    async with site.store.transaction() as connection:
        await agencies.change(connection, "damkar", None, active=False)
    status, told, _ = await publish(site, 2, 1)
    assert (status, "nobody who is asked first acts" in told["detail"]) == (422, True)


async def test_the_same_key_stores_one_version(site: Site) -> None:
    numbers = [(await store(site, Idempotency_Key="k"))[1]["number"] for _ in range(2)]
    assert numbers == [2, 2]


async def test_an_operator_asks_why_and_leaders_change(site: Site) -> None:
    await people.add(site.store, "siti", Role.OPERATOR)
    siti = await people.bearer(site.store, "siti")
    assert (await ask(site, "GET", "/routing/explain?category=rob", as_=siti))[0] == 200
    for method, path in (("GET", "/routing"), ("GET", "/routing/versions")):
        assert (await ask(site, method, path, as_=siti))[0] == 403
    assert (await store(site, as_=siti))[0] == 403
    assert (await publish(site, 1, 1, as_=siti))[0] == 403
