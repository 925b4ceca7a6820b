"""serve's own HTTP: health and prompts need no token; the control door needs its own."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from ct112.http.guesses import FREE
from tests.control.centre import BEARER, Centre, readers, serving

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def centre(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Centre]:
    async with serving(tmp_path, **getattr(request, "param", {})) as found:
        yield found


@pytest.fixture
async def door(centre: Centre) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(centre.url) as client:
        yield client


async def test_health_and_metrics_need_no_token(door: aiohttp.ClientSession) -> None:
    assert await (await door.get("/healthz")).json() == {"status": "alive"}
    ready = await (await door.get("/readyz")).json()
    assert ready["parts"] == [{"name": "ari", "ok": True, "detail": "a: ready", "needed": True}]
    assert "# TYPE ct112_" in await (await door.get("/metrics")).text()


async def test_a_prompt_may_be_kept_for_ever(door: aiohttp.ClientSession, tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.wav").write_bytes(b"RIFF sound")
    answer = await door.get(f"/prompts/{KEY}.wav")
    assert (answer.status, await answer.read()) == (200, b"RIFF sound")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{KEY}"'
    again = await door.get(f"/prompts/{KEY}.wav", headers={"If-None-Match": f'"{KEY}"'})
    assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize("name", [f"{KEY}.wav", "..%2Fsecret.wav", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "x.wav"])
async def test_only_prompts_are_served(door: aiohttp.ClientSession, tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "secret.wav").write_bytes(b"not yours")
    (tmp_path / "x.wav").write_bytes(b"not a prompt's name")
    answer = await door.get(URL(f"/prompts/{name}", encoded=True))
    assert answer.status == 404
    assert (await answer.json(content_type=None))["title"] in ("no such prompt", "Not Found")


@pytest.mark.parametrize("centre", [{"spoken": "spoken"}], indirect=True)
async def test_what_is_said_to_one_agency_is_kept_no_longer_than_the_call(
    door: aiohttp.ClientSession, tmp_path: Path
) -> None:
    (tmp_path / "spoken").mkdir()
    name, url = "ab" * 32, f"/prompts/{'ab' * 32}.wav"
    (tmp_path / f"{name}.wav").write_bytes(b"a prompt of that length is none")
    assert (await door.get(url)).status == 404
    (tmp_path / "spoken" / f"{name}.wav").write_bytes(b"RIFF sound")
    answer = await door.get(url)
    assert (answer.status, await answer.read()) == (200, b"RIFF sound")
    assert answer.headers["Cache-Control"] == "private, max-age=300"


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            {"number": number}
            for number in ("*21*0812#", "0812@evil", "0812;x", "", "+", "0812\n", "٠٨١٢", "1" * 21)
        ),
        *({"number": number} for number in ("0812,,1", "PJSIP/1", "00 12", "sip:1@x", "+0812+")),
        *({"text": text} for text in ("", "x" * 2001)),
        *({"agency": code} for code in ("PMI", "", "a b", '"x" <1>', "pmi\n")),
        *({"seconds": seconds} for seconds in (0, 4, 121, "NaN")),
        *({"delivery": delivery} for delivery in ("1", "../../x", "")),
        {"more": 1},
    ],
    ids=repr,
)
async def test_an_agency_is_called_by_a_number_and_nothing_else(
    door: aiohttp.ClientSession, wrong: dict[str, Any]
) -> None:
    good = {"kind": "call_agency", "delivery": str(uuid.uuid4()), "agency": "pmi", "number": "0285421"}
    for changes, status in (({}, 200), (wrong, 400)):
        body = ask(ask=good | {"text": "Kebakaran."} | changes)
        async with door.post("/control/ask", json=body, headers=BEARER) as answer:
            assert answer.status == status


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({}, 200, "not-possible"),  # operator-1 sits nowhere
        *(({"number": number}, 200, "not-possible") for number in ("112", "0285112", "08091234567")),
        *(({"number": number}, 400, None) for number in ("*21*0812#", "0812@evil", "0812,,1", "", "1" * 21)),
        *(({"agency": agency}, 400, None) for agency in ("PMI", '"x" <1>', "")),
        *(({"contact": contact}, 400, None) for contact in ("", "x" * 65)),
        ({"position": "pos-1"}, 400, None),
    ],
    ids=repr,
)
async def test_a_call_out_dials_what_an_agency_may_have_and_nothing_else(
    door: aiohttp.ClientSession, changes: dict[str, Any], status: int, code: str | None
) -> None:
    good = {"kind": "call_contact", "operator": "operator-1", "agency": "pmi", "contact": "desk"}
    body = ask(ask=good | {"number": "0285421"} | changes)
    async with door.post("/control/ask", json=body, headers=BEARER) as answer:
        assert answer.status == status
        if code is not None:
            said = await answer.json()
            assert (said["accepted"], said["code"]) == (False, code)
            assert ("not dialled" in said["reason"]) == ("number" in changes)


def ask(**changes: Any) -> dict[str, Any]:
    """An ask nobody can object to, but for what is changed."""
    return {
        "id": str(uuid.uuid4()),
        "by": "supervisor",
        "revision": None,
        "ask": {"kind": "set_priority", "call": "no-such-call", "first": True},
    } | changes


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic abc"}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer ünïcode"}, 401),
        (BEARER, 200),
    ],
)
async def test_the_control_door_is_for_its_token_alone(
    door: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    async with door.post("/control/ask", json=ask(), headers=headers) as answer:
        assert answer.status == status
        assert "CT112_CONTROL_TOKEN" in await answer.text() or status == 200
    if status != 200:
        async with door.get("/control/feed", headers=headers) as answer:
            assert answer.status == status


@pytest.mark.parametrize("centre", [{"token": None}, {"token": ""}], indirect=True)
async def test_without_a_token_nobody_passes(door: aiohttp.ClientSession) -> None:
    for given in ("", "None", "x"):
        async with door.post(
            "/control/ask", json=ask(), headers={"Authorization": f"Bearer {given}"}
        ) as answer:
            assert answer.status == 403
            assert "CT112_CONTROL_TOKEN" in await answer.text()


async def test_guessing_the_token_is_slowed(door: aiohttp.ClientSession) -> None:
    statuses = []
    for number in range(2 * FREE):
        async with door.post("/control/ask", headers={"Authorization": f"Bearer {number}"}) as answer:
            statuses.append(answer.status)
    assert statuses[:FREE] == [401] * FREE
    assert statuses.count(429) >= FREE - 3


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"\x00", b'"x"', b"9" * 5000,
        json.dumps(ask(id="1")).encode(),
        json.dumps(ask(by="")).encode(),
        json.dumps(ask(by="x" * 65)).encode(),
        json.dumps(ask(revision=-1)).encode(),
        json.dumps(ask(colour="red")).encode(),
        json.dumps(ask(ask={"kind": "reboot"})).encode(),
        json.dumps(ask(ask={"kind": "set_class", "call": "x", "service_class": "nonsense"})).encode(),
        json.dumps(ask(ask={"kind": "leave"})).encode(),
        json.dumps(ask(ask={"kind": "leave", "position": "a", "operator": "b"})).encode(),
        json.dumps(ask(ask={"kind": "take_callback", "task": 2**63, "operator": "x"})).encode(),
        json.dumps(ask(ask={"kind": "take_callback", "task": 1})).encode(),
        b"[" * 16000,
    ],
)  # fmt: skip
async def test_a_bad_ask_is_the_askers_mistake(
    door: aiohttp.ClientSession, centre: Centre, body: bytes
) -> None:
    async with door.post("/control/ask", data=body, headers=BEARER) as answer:
        assert answer.status == 400
        assert answer.content_type == "application/problem+json"
    assert not centre.taken


async def test_an_ask_too_large_or_too_slow_is_refused(
    door: aiohttp.ClientSession, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with door.post("/control/ask", data=b"x" * 400_000, headers=BEARER) as answer:
        assert answer.status == 413
    monkeypatch.setattr("ct112.serve.door.BODY_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection(*centre.server.address)
    head = f"POST /control/ask HTTP/1.1\r\nHost: x\r\nAuthorization: {BEARER['Authorization']}\r\n"
    writer.write(f"{head}Content-Length: 9\r\n\r\n{{".encode())
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()


async def test_whoever_sends_its_head_byte_by_byte_is_closed(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.http.server.IDLE_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection(*centre.server.address)
    closed = asyncio.create_task(reader.read())
    for byte in b"GET /control/feed HTTP/1.1\r\nX-Slow: " + b"a" * 60:
        if closed.done():
            break
        writer.write(bytes([byte]))
        await asyncio.sleep(0.05)
    assert closed.done()
    writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x81\x80\x00\x00\x00\x00",  # an empty text
        b"\x82\x85\x00\x00\x00\x00hello",  # binary
        b"\x81\x05hello",  # not masked
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",  # nonsense
        b"\x81\xfe\xff\xff\x00\x00\x00\x00" + b"x" * 65535,  # larger than may be said here
        b"\x89\xfe\x01\x00\x00\x00\x00\x00" + b"x" * 256,  # a ping that is too long
        b"\x81\x82\x00\x00\x00\x00\xff\xff",  # text that is none
    ],
)
async def test_a_hostile_frame_ends_its_own_connection_alone(centre: Centre, sent: bytes) -> None:
    head = (
        f"GET /control/feed HTTP/1.1\r\nHost: x\r\nAuthorization: {BEARER['Authorization']}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    )
    async with readers(centre.url) as (other,):
        await other.read()
        reader, writer = await asyncio.open_connection(*centre.server.address)
        writer.write(head.encode())
        async with asyncio.timeout(5):
            assert b" 101 " in await reader.readline()
            writer.write(sent)
            with contextlib.suppress(ConnectionResetError):  # closed before it has read all of it
                while await reader.read(65536):
                    pass
        writer.close()
        (call,) = centre.calls(1)
        await other.until(lambda mirror: call in mirror.parts["calls"])
