"""The commands and the web of a running centre: the doctor, the menu, the list of calls, security events."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from lab.beside import WEB
from lab.phones import PhoneError
from lab.places import REPOSITORY
from lab.world import CT112, World, carrier, eventually
from tests.system.commands import ct112, settings

SHORT = """\
languages: [id]
start: main
waiting:
  id: Mohon tunggu.
nodes:
  main:
    type: menu
    say:
      id: Tekan 5.
    choices:
      5: question
    silence: emergency
    invalid: emergency
  question:
    type: queue
    class: information
  emergency:
    type: queue
    class: emergency
"""


async def doctor(world: World) -> tuple[int, dict[str, dict[str, Any]]]:
    """Return the doctor's exit code and findings by name."""
    code, output, _ = await ct112(world, "doctor", "--json")
    return code, {one["name"]: one for one in json.loads(output)}


async def begun_anew(world: World) -> None:
    """Restart what tells for a minute of a part that died: the test before may have ended one."""
    for part in (CT112, WEB):
        await world.stop(part)
        await world.start(part)


OF_THE_LAB = {"packet filter", "backup", "agencies"}
"""What the doctor warns of in any lab: it has no filter, no backup, and agencies nobody has filled in."""


async def test_the_doctor_finds_all_well_and_warns_of_the_carrier_the_lab_has_not(world: World) -> None:
    await begun_anew(world)
    await world.sit_down("pos-1")
    await carrier(world, there=False)
    code, found = await doctor(world)
    warned = {name: one["detail"] for name, one in found.items() if one["ok"] is not True}
    assert warned.keys() - OF_THE_LAB == {"a: trunk"}, warned
    assert found["a: trunk"]["ok"] is None
    assert found["a: trunk"]["remedy"]
    assert code == 0
    assert found["a: AMI, fallback queue"]["detail"] == "3 members"
    assert found["a: SIP accounts"]["detail"] == "3 accounts"


async def test_the_doctor_names_one_cause_once(world: World) -> None:
    await carrier(world, there=False)
    await world.stop(CT112)
    code, found = await doctor(world)
    await world.start(CT112)
    assert code == 1
    assert {name for name, one in found.items() if one["ok"] is False} == {"ct112 serve"}
    assert found["ct112 serve"]["remedy"] == "start it: ct112 serve"
    hidden = {name for name, one in found.items() if not one["asked"]}
    assert hidden == {"prompts", "a: application", "a: SIP accounts", "a: phones"}


async def test_the_list_of_operators_tells_of_phones_and_talks(world: World) -> None:
    await begun_anew(world)
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("1")
    await (await desk.next_call()).wait_for("established")
    _, output, _ = await ct112(world, "position", "list")
    lines = {line.split()[0]: line for line in output.splitlines()}
    assert "in a call" in lines["pos-1"]
    assert "registered (a)" in lines["pos-1"]
    assert "not registered: no calls" in lines["pos-2"]
    await call.hang_up()


async def test_a_published_menu_is_heard_by_the_next_caller(world: World, tmp_path: Path) -> None:
    menu = tmp_path / "menu.yaml"
    menu.write_text(SHORT, "utf-8")
    code, output, errors = await ct112(world, "ivr", "publish", str(menu), "--note", "a test")
    assert code == 0, errors
    version = int(output.split()[1])
    try:
        await asyncio.sleep(3)  # "within seconds"
        (desk,) = await world.sit_down("pos-1")
        call = await world.dial_and_press("5")
        row = await world.row(call)
        assert (row["service_class"], row["class_source"], row["ivr_version"]) == (
            "information",
            "digit",
            version,
        )
        await (await desk.next_call()).wait_for("established")
        await call.hang_up()
    finally:
        built_in = REPOSITORY / "src" / "ct112" / "ivr" / "default.yaml"
        assert (await ct112(world, "ivr", "publish", str(built_in)))[0] == 0
        await asyncio.sleep(3)


async def test_a_menu_with_a_mistake_is_not_published(world: World, tmp_path: Path) -> None:
    menu = tmp_path / "menu.yaml"
    menu.write_text(SHORT.replace("silence: emergency", "silence: question"), "utf-8")
    before = (await ct112(world, "ivr", "show"))[1]
    code, _, errors = await ct112(world, "ivr", "publish", str(menu))
    assert code == 1
    assert "line 12" in errors
    assert (await ct112(world, "ivr", "show"))[1] == before


async def test_a_call_is_in_the_list_for_those_with_the_token(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("2")
    await (await desk.next_call()).wait_for("established")
    await world.row(call, lambda row: row["answered_at"] is not None)
    await call.hang_up()
    row = await world.ended(call)
    url = f"{world.info['web']}/api/v1/calls"
    token = {"Authorization": f"Bearer {settings(world)['CT112_API_TOKEN']}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:
            assert answer.status == 401
        async with session.get(
            url, headers=token, params={"limit": "1", "service_class": "urgent"}
        ) as answer:
            (listed,) = (await answer.json())["calls"]
        async with session.get(f"{url}/{listed['id']}", headers=token) as answer:
            one = await answer.json()
    assert (listed["id"], listed["ani"], listed["outcome"]) == (str(row["id"]), row["ani"], "answered")
    kinds = [fact["kind"] for fact in one["facts"]]
    assert kinds[:2] == ["arrived", "picked_up"]
    assert kinds[-1] == "ended"


async def test_a_wrong_sip_password_is_a_metric_and_a_log_line(world: World) -> None:
    async def failed() -> float:
        return await world.metric("ct112_security_events_total", event="ChallengeResponseFailed")

    before = await failed()
    with pytest.raises(PhoneError):
        await world.desks.register("pos-1", "not the password", world.exchange)
    await eventually(failed, lambda count: count > before, 20, "counted")
    log = world.lab.places.log / "ct112.log"
    assert "ChallengeResponseFailed" in await asyncio.to_thread(log.read_text, "utf-8")
