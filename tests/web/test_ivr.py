"""The menu over HTTP: stored, checked, compared, heard, published; and what is never published."""

import asyncio
import base64
import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text as sql

from ct112 import ivr
from ct112.prompts.uploads import Uploads, name_of
from ct112.serve.sources import StoreSource
from ct112.store import audit, calls, ivr_versions
from tests.store.examples import ARRIVED, record
from tests.web.site import BEARER, Site

GOOD = ivr.default_text()
LATE = GOOD.replace("start:", "# slower\nstart:", 1)


async def post(site: Site, path: str, body: Any, **headers: str) -> tuple[int, Any, Any]:
    """Send a body; return status, answer, headers."""
    async with site.client.post(f"/api/v1/ivr{path}", json=body, headers=BEARER | headers) as answer:
        sound = answer.content_type == "audio/wav"
        return (
            answer.status,
            await (answer.read() if sound else answer.json(content_type=None)),
            answer.headers,
        )


async def stored(site: Site, source: str = GOOD, note: str = "why") -> int:
    """Store a version."""
    status, body, headers = await post(site, "/versions", {"source_yaml": source, "note": note})
    assert (status, headers["Location"]) == (201, f"/api/v1/ivr/versions/{body['number']}")
    return int(body["number"])


async def published(site: Site, number: int, tag: str) -> tuple[int, Any, Any]:
    """Publish a version on what was read."""
    return await post(site, f"/versions/{number}/publish", {"note": "now"}, **{"If-Match": tag})


async def test_a_version_is_stored_and_goes_live_when_it_is_published(site: Site) -> None:
    _, now, answer = await site.get("/api/v1/ivr", headers=BEARER)
    assert (now["version"], now["live"], answer.headers["ETag"]) == (0, None, '"0"')
    number = await stored(site)
    _, body, _ = await site.get("/api/v1/ivr", headers=BEARER)
    assert body["live"] is None
    status, body, headers = await published(site, number, '"0"')
    assert (status, body["live"]) == (200, number)
    assert headers["ETag"] == f'"{body["version"]}"'
    async with site.store.transaction() as connection:
        live = await ivr_versions.current(connection)
    assert live is not None
    assert (live.version, live.source_yaml) == (number, GOOD)
    _, body, _ = await site.get(f"/api/v1/ivr/versions/{number}", headers=BEARER)
    assert (body["live"], body["published_by"], body["source_yaml"]) == (True, "api-token", GOOD)


async def test_an_older_version_can_be_published_again(site: Site) -> None:
    first, second = await stored(site), await stored(site, LATE)
    _, body, headers = await published(site, first, '"0"')
    _, body, headers = await published(site, second, headers["ETag"])
    _, body, headers = await published(site, first, headers["ETag"])
    assert body["live"] == first
    _, body, _ = await site.get("/api/v1/ivr/versions", headers=BEARER)
    assert [(one["number"], one["live"]) for one in body["versions"]] == [(second, False), (first, True)]
    assert body["total"] == 2


async def test_who_publishes_on_an_old_view_is_refused_and_of_two_at_once_one_wins(site: Site) -> None:
    number = await stored(site)
    status, body, _ = await post(site, f"/versions/{number}/publish", {"note": "now"})
    assert (status, body["fields"][0]["field"]) == (428, "If-Match")
    answers = await asyncio.gather(*(published(site, number, '"0"') for _ in range(4)))
    assert sorted(status for status, _, _ in answers) == [200, 412, 412, 412]
    for tag in ("0", "*", 'W/"1"', '"x"', '"1", "2"'):
        assert (await published(site, number, tag))[0] == 400, tag


async def test_a_version_that_keeps_an_emergency_waiting_is_never_published(site: Site) -> None:
    number = await stored(site)
    site.house.workshop.limit_seconds = 1.0
    _, report, _ = await post(site, "/check", {"source_yaml": GOOD})
    assert not report["ok"]
    status, body, _ = await published(site, number, '"0"')
    assert (status, body["type"]) == (422, "urn:ct112:problem:refused")
    assert "an emergency waits too long" in body["detail"]
    assert body["fields"][0]["remedy"]


async def test_what_cannot_run_is_not_even_stored(site: Site) -> None:
    status, body, _ = await post(site, "/versions", {"source_yaml": "start: nowhere\n"})
    assert status == 422
    assert body["fields"]
    _, body, _ = await site.get("/api/v1/ivr/versions", headers=BEARER)
    assert body["total"] == 0


async def test_a_check_names_line_and_remedy(site: Site) -> None:
    status, body, _ = await post(site, "/check", {"source_yaml": GOOD})
    assert (status, body["ok"]) == (200, True)
    assert body["ways"][0]["seconds"] > 1
    status, body, _ = await post(site, "/check", {"source_yaml": GOOD.replace("start: ", "start: no")})
    assert (status, body["ok"]) == (200, False)
    assert all(problem["remedy"] for problem in body["problems"])
    assert any(problem["line"] for problem in body["problems"])


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 5000, "a: &a [*a]", "\t", "- " * 5000, "x: !!python/object:os.system"]
)
async def test_nonsense_is_checked_too(site: Site, text: str) -> None:
    status, body, _ = await post(site, "/check", {"source_yaml": text})
    assert (status, body["ok"]) == (200, False)
    assert len(body["problems"]) <= 200


async def test_two_versions_are_compared_line_by_line(site: Site) -> None:
    old, new = await stored(site), await stored(site, LATE)
    _, body, _ = await site.get(f"/api/v1/ivr/versions/{new}/diff?against={old}", headers=BEARER)
    assert [line for line in body["lines"] if line.startswith(("+", "-"))] == ["+# slower"]
    status, _, _ = await site.get(f"/api/v1/ivr/versions/{new}/diff?against=99", headers=BEARER)
    assert status == 404


async def test_a_text_is_heard_as_a_caller_would(site: Site) -> None:
    status, sound, _ = await post(site, "/preview", {"text": "Selamat datang", "language": "id"})
    assert status == 200
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels()) == (8000, 1)
        assert file.getnframes() > 4000
    for text, language in (("hello", "xx"), ("...", "id")):
        status, body, _ = await post(site, "/preview", {"text": text, "language": language})
        assert (status, body["status"]) == (422, 422), text


async def test_the_same_key_makes_one_version(site: Site) -> None:
    body = {"source_yaml": GOOD, "note": "once"}
    key = {"Idempotency-Key": "key-1"}
    answers = await asyncio.gather(*(post(site, "/versions", body, **key) for _ in range(4)))
    assert [status for status, _, _ in answers] == [201] * 4
    assert len({(answer["number"], headers["Location"]) for _, answer, headers in answers}) == 1
    status, answer, _ = await post(site, "/versions", body | {"note": "other"}, **key)
    assert (status, answer["type"]) == (422, "urn:ct112:problem:key-reused")
    for bad in ("", "a b", "x" * 101, "ü"):
        assert (await post(site, "/versions", body, **{"Idempotency-Key": bad}))[0] == 400, bad
    _, listed, _ = await site.get("/api/v1/ivr/versions", headers=BEARER)
    assert listed["total"] == 1


async def test_a_refused_request_leaves_its_key_free(site: Site) -> None:
    key = {"Idempotency-Key": "key-2"}
    assert (await post(site, "/versions", {"source_yaml": "start: x\n"}, **key))[0] == 422
    assert (await post(site, "/versions", {"source_yaml": GOOD}, **key))[0] == 201


async def test_texts_made_to_be_compared_for_hours_are_not(site: Site) -> None:
    lines = [f"# {number}" for number in range(20_000)]
    there, back = "\n".join(lines), "\n".join(reversed(lines))
    async with asyncio.timeout(3):
        found = await site.house.workshop.difference(there, back)
        assert await site.house.workshop.difference(there, there) == []
    assert len(found) == 40_001


async def test_the_built_in_menu_can_be_read_and_begun_with(site: Site) -> None:
    _, body, _ = await site.get("/api/v1/ivr/built-in", headers=BEARER)
    assert body == {"source_yaml": GOOD}


async def test_a_menu_is_tried_and_each_of_its_prompts_heard(site: Site) -> None:
    tried = {"source_yaml": GOOD, "presses": [{"at": 1.5, "key": "2"}]}
    status, body, _ = await post(site, "/try", tried)
    assert status == 200
    assert (body["turns"][-1]["service_class"], body["turns"][-1]["class_source"]) == ("urgent", "digit")
    said = [prompt for turn in body["turns"] for prompt in turn["prompts"]]
    assert said[0]["text"] == "Satu satu dua Pekalongan."
    for prompt in said:
        status, sound, answer = await site.get(f"/api/v1/ivr/prompts/{prompt['key']}", headers=BEARER)
        assert (status, answer.content_type) == (200, "audio/wav")
        with wave.open(io.BytesIO(sound)) as file:
            assert file.getnframes() / 8000 == pytest.approx(prompt["seconds"], abs=0.001)
    for key, expected in (("0" * 32, 404), ("..", 404), ("g" * 32, 404)):
        status, _, _ = await site.get(f"/api/v1/ivr/prompts/{key}", headers=BEARER)
        assert status == expected, key
    status, body, _ = await post(site, "/try", {"source_yaml": "start: x\n"})
    assert (status, body["type"]) == (422, "urn:ct112:problem:refused")


async def test_calls_are_counted_per_node(site: Site) -> None:
    paths = [("greeting", "main", "main", "emergency"), ("greeting", "main"), ("greeting", "main", "urgent")]
    records = [
        record(number, ivr_version=3, ivr_path=path, queued_at=None, ended_at=ARRIVED + 20)
        for number, path in enumerate(paths, 1)
    ]
    async with site.store.transaction() as connection:
        await calls.write(connection, records, [])
    asked = "/api/v1/ivr/calls?number=3&since=2020-01-01T00:00:00Z"
    _, body, _ = await site.get(asked, headers=BEARER)
    nodes = {each["node"]: (each["calls"], each["left"]) for each in body["nodes"]}
    assert (body["calls"], nodes["greeting"], nodes["main"]) == (3, (3, 0), (3, 1))
    _, body, _ = await site.get(asked.replace("number=3", "number=0"), headers=BEARER)
    assert (body["calls"], body["nodes"]) == (0, [])


def tone(seconds: float = 1.0, rate: int = 16_000, hz: float = 440.0) -> str:
    """Return a tone as it is sent: WAV, base64."""
    times = np.arange(int(seconds * rate)) / rate
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((8000 * np.sin(2 * np.pi * hz * times)).astype("<i2").tobytes())
    return base64.b64encode(buffer.getvalue()).decode()


async def test_a_recording_is_sent_kept_with_the_version_and_heard(site: Site, tmp_path: Path) -> None:
    status, body, headers = await post(site, "/recordings", {"wav": tone()})
    assert (status, headers["Location"]) == (201, f"/api/v1/ivr/recordings/{body['name']}")
    assert body["seconds"] == pytest.approx(1.0, abs=0.15)
    _, again, _ = await post(site, "/recordings", {"wav": tone()})
    assert again["name"] == body["name"]
    status, sound, _ = await site.get(f"/api/v1/ivr/recordings/{body['name']}", headers=BEARER)
    with wave.open(io.BytesIO(sound)) as file:
        assert (status, file.getframerate(), file.getnchannels()) == (200, 8000, 1)
    spoken = "Satu satu dua Pekalongan."
    source = GOOD.replace(spoken, f"{{ recording: {body['name']}, text: {spoken} }}")
    _, report, _ = await post(site, "/check", {"source_yaml": source})
    assert report["ok"], report["problems"]
    number = await stored(site, source)
    assert (await published(site, number, '"0"'))[0] == 200
    uploads = Uploads(tmp_path / "another-machine")  # serve's: it brings what the live menu plays
    known = await StoreSource(site.store, uploads).known()
    assert known.ivr is not None
    assert uploads.missing(known.ivr.source_yaml) == frozenset()
    assert name_of(await asyncio.to_thread(uploads.path(body["name"]).read_bytes)) == body["name"]
    async with site.store.transaction() as connection:
        rows = (await audit.page(connection, limit=10)).items
    assert [row.action for row in rows].count("ivr.record") == 2


@pytest.mark.parametrize(
    "wav",
    [
        "",
        "AAAA",
        "not base64!",
        base64.b64encode(b"RIFF" + bytes(60)).decode(),
        tone(0.5, 4000),
        tone(1.0, hz=0.0),
    ],
    ids=["empty", "short", "no base64", "no WAV", "too low a rate", "silence"],
)
async def test_what_is_no_sound_is_refused_with_what_to_do(site: Site, wav: str) -> None:
    status, body, _ = await post(site, "/recordings", {"wav": wav})
    assert status in (400, 422)
    assert body["detail"]
    async with site.store.transaction() as connection:
        assert await connection.scalar(sql("SELECT count(*) FROM ivr_recording")) == 0


async def test_a_recording_nobody_sent_is_a_problem_of_its_line(site: Site) -> None:
    gone = "up-" + "0" * 32
    source = GOOD.replace("Satu satu dua Pekalongan.", f"{{ recording: {gone} }}")
    _, report, _ = await post(site, "/check", {"source_yaml": source})
    assert [(problem["line"], problem["fatal"]) for problem in report["problems"]] == [(16, True)]
    assert (await site.get(f"/api/v1/ivr/recordings/{gone}", headers=BEARER))[0] == 404
    assert (await site.get("/api/v1/ivr/recordings/..%2Fx", headers=BEARER))[0] == 404


async def test_recordings_no_version_came_of_go_in_the_end(site: Site) -> None:
    _, unused, _ = await post(site, "/recordings", {"wav": tone(hz=300)})
    _, used, _ = await post(site, "/recordings", {"wav": tone(hz=600)})
    await stored(site, GOOD.replace("Satu satu dua Pekalongan.", f"{{ recording: {used['name']} }}"))
    async with site.store.transaction() as connection:
        await connection.execute(sql("UPDATE ivr_recording SET uploaded_at = now() - interval '61 days'"))
    _, new, _ = await post(site, "/recordings", {"wav": tone(hz=900)})
    async with site.store.transaction() as connection:
        left = set((await connection.execute(sql("SELECT name FROM ivr_recording"))).scalars())
    assert left == {used["name"], new["name"]}
    assert unused["name"] not in left
