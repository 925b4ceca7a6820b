"""What a caller writes into an INVITE is data: on a real Asterisk, with ct112's application and without."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

from lab.asterisk import AsteriskNode
from lab.bare_ari import channels, deaf_application, in_fallback, stasis_start, until
from lab.raw_sip import RawCaller, raw_caller

pytestmark = pytest.mark.real

NUMBER = re.compile(r"[0-9A-Za-z+*#._]{0,64}")
USERS = {
    "bytes": "0811\udcff\udcc3(",
    "lines": "0811\nagi_uniqueid: a-1790000000.99\nagi_arg_1: answered\nagi_arg_2: /tmp",
    "answers": "0811\n\n200 result=1 (/tmp)\n200 result=1 (PJSIP/pos-2)\n200 result=1 (x)",
    "carriage returns": "0811\r\nagi_uniqueid: a-1790000000.99\r\n\r\n",
    "nul": "0811\0\1",
    "dialplan": "0811,${SHELL(id)}),CT112_LEG=operator,Goto(from-position",
    "offsets": "0811)):0:1}",
    "long": "0" * 300,
}
CALL_IDS = {"bytes": "id\udcff@raw", "valid UTF-8": "idé@raw"}


@asynccontextmanager
async def calling(node: AsteriskNode, **said: Any) -> AsyncIterator[RawCaller]:
    """Have a caller who says this; the call is over afterwards, for Asterisk too."""
    async with raw_caller(f"127.0.0.1:{node.ports.sip}") as caller:
        call = asyncio.create_task(caller.invite(within=60, **said))
        try:
            yield caller
        finally:
            call.cancel()
            node.cli("channel request hangup all")
            await until(lambda: "0 active channels" in node.cli("core show channels count").stdout)


def notes(node: AsteriskNode) -> dict[str, dict[str, str]]:
    """Return what was written down, by file, and forget it."""
    found = {}
    for path in node.fallback.glob("*"):
        found[path.name] = dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines())
        path.unlink()
    return found


async def written(node: AsteriskNode, name: str, seconds: float = 5) -> dict[str, str]:
    """Wait for a file, demand that it is the only one, and return what it says."""
    await until((node.fallback / name).exists, seconds)
    found = notes(node)
    assert list(found) == [name]
    return found[name]


@pytest.mark.parametrize("where", ["dialled", "from", "name", "asserted", "diverted"])
@pytest.mark.parametrize("user", USERS)
async def test_ct112_hears_of_the_call_and_can_list_it(node: AsteriskNode, where: str, user: str) -> None:
    async with deaf_application(node) as socket, calling(node, **said(where, USERS[user])):
        arrived = await stasis_start(socket, 3)
        assert arrived["dialplan"]["exten"] == "112"
        assert arrived["channelvars"]["CT112_LEG"] == "caller"
        assert NUMBER.fullmatch(arrived["caller"]["number"])
        assert re.fullmatch(r"[0-9A-Za-z ._]{0,64}", arrived["caller"]["name"])
        assert NUMBER.fullmatch(arrived["channelvars"]["CT112_DIALLED"])
        assert [one["id"] for one in await channels(node)] == [arrived["id"]]


def said(where: str, words: str) -> dict[str, Any]:
    """Return what to say to have these words in that place, escaped as SIP allows it."""
    user = quote(words, safe="", errors="surrogateescape")
    match where:
        case "dialled":
            return {"dialled": user}
        case "from":
            return {"from_header": f"<sip:{user}@127.0.0.2>"}
        case "name":
            quoted = re.sub(r"[\0\1\r\n]", " ", words)
            return {"from_header": f'"{quoted}" <sip:0811@127.0.0.2>'}
        case "asserted":
            return {"headers": (f"P-Asserted-Identity: <sip:{user}@127.0.0.2>",)}
        case _:
            return {"headers": (f"Diversion: <sip:{user}@127.0.0.2>;reason=no-answer",)}


@pytest.mark.parametrize("where", ["dialled", "from", "name", "asserted", "diverted"])
@pytest.mark.parametrize("user", USERS)
async def test_nothing_is_written_down_but_what_happened(node: AsteriskNode, where: str, user: str) -> None:
    notes(node)
    async with calling(node, **said(where, USERS[user])):
        channel = await in_fallback(node)
        entered = await written(node, f"{channel['id']}.entered")
    ended = await written(node, f"{channel['id']}.ended")
    for what, note in (("entered", entered), ("ended", ended)):
        assert (note["what"], note["uniqueid"], note["member"]) == (what, channel["id"], "")
        assert NUMBER.fullmatch(note["ani"])
        assert NUMBER.fullmatch(note["dialled"])
        assert abs(float(note["at"]) - time.time()) < 30


@pytest.mark.parametrize("call_id", CALL_IDS)
async def test_a_call_id_that_cannot_be_told_goes_to_the_fallback_at_once(
    node: AsteriskNode, call_id: str
) -> None:
    notes(node)
    async with deaf_application(node), calling(node, call_id=CALL_IDS[call_id]):
        await until(lambda: list(node.fallback.glob("*.entered")), 3)
        (note,) = notes(node).values()
        assert note["what"] == "entered"
        assert note["sip_call_id"].isascii()


async def test_a_location_is_cut_and_printable(node: AsteriskNode) -> None:
    place = "é" * 2000
    async with deaf_application(node) as socket, calling(node, location=(-6.8886, f"109.6753 {place}")):
        arrived = await stasis_start(socket)
    location = arrived["channelvars"]["CT112_LOCATION"]
    assert location.startswith('shape="Point",crs="2d",pos="-6.8886 109.6753')
    assert len(location) <= 300
    assert location.isascii()


async def test_an_honest_caller_is_written_down_as_before(node: AsteriskNode) -> None:
    notes(node)
    async with calling(node, from_header="<sip:+62811000112@127.0.0.2>", location=(-6.8886, 109.6753)):
        channel = await in_fallback(node)
        entered = await written(node, f"{channel['id']}.entered")
    assert (entered["ani"], entered["dialled"]) == ("+62811000112", "112")
    assert entered["sip_call_id"] == channel["protocol_id"]
    assert entered["location"] == 'shape="Point",crs="2d",pos="-6.8886 109.6753"'
    assert (await written(node, f"{channel['id']}.ended"))["by"] == "system"
