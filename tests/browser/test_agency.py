"""The agency's page on a phone: each sees its own alone, what is pressed counts once, changes stand out."""

import asyncio
from typing import Any

import pytest_asyncio
from playwright.async_api import FilePayload, Locator, expect

from ct112.web.access.principal import Role
from tests.browser.browsers import DESK, PHONE
from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.people import People
from tests.incidents.pictures import PHOTO

OURS, THEIRS = "dinkominfo", "dinkes"  # nobody else's tests ask them
ON_PHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
FIRE = {
    "category": "kebakaran",
    "place": {
        "landmark": "Pasar Induk",
        "text": "belakang los ikan",
        "latitude": -6.8886,
        "longitude": 109.6753,
    },
    "description": "kios terbakar, api menjalar",
    "people_in_danger": 2,
}


RUNG = """
window.rung = 0;
const made = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.rung += 1; return made.call(this); };
"""  # the tones of the page are counted, and sound as they would
SLOW_CLOCK = "const told = Date.now.bind(Date); Date.now = () => told() - 5 * 3600e3;"


class Centre:
    """The centre's side: opens incidents, asks our two agencies, and looks at what became of it."""

    def __init__(self, people: People) -> None:
        self.people = people

    async def sends(self, *agencies: str, **more: Any) -> tuple[str, dict[str, str]]:
        """Open a fire and ask agencies; return the incident's id and each agency's dispatch."""
        made = await self._ask("POST", "/incidents", FIRE | more)
        told = await self._ask("POST", f"/incidents/{made['id']}/dispatches", {"agencies": agencies})
        return made["id"], {one["agency"]: one["id"] for one in told["dispatches"]}

    async def changes(self, incident: str, **fields: Any) -> None:
        """Change an incident, as it is now."""
        # a merge of versions is not what is tested here: nobody else changes it
        now = await self._ask("GET", f"/incidents/{incident}")
        await self.people.ask(
            "PATCH", f"/incidents/{incident}", fields, by="operator-1", version=now["version"]
        )

    async def closes(self, incident: str) -> None:
        """Close it: whoever is still under way stands down."""
        await self._ask("POST", f"/incidents/{incident}/close", {"reason": "laporan palsu"})

    async def ends(self, incident: str, dispatch: str) -> None:
        """Close it, and note that the agency has heard that: the page is empty again for the next test."""
        await self.closes(incident)
        heard = {"status": "acknowledged", "on_behalf": {"how": "radio"}}
        await self._ask("POST", f"/dispatches/{dispatch}/status", heard)

    async def tidy(self) -> None:
        """Acknowledge for our agency whatever it was asked before."""
        listed = await self._ask("GET", f"/dispatches?agency={OURS}&limit=100")
        for each in listed["dispatches"]:
            if (await self.dispatch(each["id"]))["unacknowledged"] is not None:
                heard = {"status": "acknowledged", "on_behalf": {"how": "radio"}}
                await self._ask("POST", f"/dispatches/{each['id']}/status", heard)

    async def dispatch(self, id_: str) -> dict[str, Any]:
        """Return a dispatch as it is."""
        found: dict[str, Any] = await self._ask("GET", f"/dispatches/{id_}")
        return found

    async def reports(self, incident: str, agency: str) -> list[str]:
        """Return what an agency reported, in the trail's order: each line is one change of the row."""
        told = await self._ask("GET", f"/incidents/{incident}/timeline")
        mine = [line for line in told["timeline"] if line["data"].get("agency") == agency]
        return [
            line["kind"].removeprefix("dispatch_") for line in mine if line["kind"].startswith("dispatch_")
        ]

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return await self.people.ask(method, path, body, by="operator-1")


@pytest_asyncio.fixture(loop_scope="session")
async def centre(people: People) -> Centre:
    """Give the centre; what a test that failed left behind is acknowledged, so that nothing sounds for it."""
    centre = Centre(people)
    await centre.tidy()
    return centre


async def phone(desks: Desks, people: People, agency: str, clock: str = "") -> Desk:
    """Give a phone on which somebody of this agency is signed in. `clock`: a script that sets it wrong."""
    desk = await desks.open(**ON_PHONE)
    await desk.page.add_init_script(RUNG + clock)
    await desk.enter("/agency", await people.account(Role.AGENCY, agency=agency))
    return desk


def card(desk: Desk, id_: str) -> Locator:
    """Return what shows a dispatch."""
    return desk.page.get_by_test_id(f"dispatch-{id_}")


def button(desk: Desk, id_: str, name: str) -> Locator:
    """Return a button of a dispatch."""
    return card(desk, id_).get_by_role("button", name=name, exact=True)


async def looks(desk: Desk, name: str) -> None:
    """Look at the phone as it is: it fits, axe finds nothing, a picture is kept."""
    await desk.fits()
    await desk.accessible()
    await desk.picture(name)


async def becomes(centre: Centre, id_: str, status: str) -> None:
    """Wait until the centre has it."""
    for _ in range(300):
        if (await centre.dispatch(id_))["status"] == status:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"it is not {status}")


async def test_two_agencies_see_their_own_alone_and_go_their_ways(
    desks: Desks, people: People, centre: Centre
) -> None:
    ours, theirs = await phone(desks, people, OURS), await phone(desks, people, THEIRS)
    second = await phone(desks, people, OURS, SLOW_CLOCK)
    await ours.page.get_by_role("button", name="Nyalakan bunyi").tap()
    await expect(ours.page.get_by_test_id("sound")).to_have_attribute("data-state", "on")
    incident, asked = await centre.sends(OURS, THEIRS)
    mine, other = asked[OURS], asked[THEIRS]
    for desk, own, foreign in ((ours, mine, other), (second, mine, other), (theirs, other, mine)):
        await expect(card(desk, own)).to_contain_text("TUGAS BARU")
        await expect(card(desk, own)).to_contain_text("2 orang dalam bahaya")
        await expect(card(desk, foreign)).to_have_count(0)
    await ours.page.wait_for_function("window.rung > 0")
    assert await second.page.evaluate("window.rung") == 0, "nobody turned its sound on"
    await looks(ours, "agency-new")
    await ours.for_guides("agency")
    await ours.resize(DESK)
    await ours.page.emulate_media(color_scheme="dark")
    await looks(ours, "agency-new-desk")
    await ours.resize(PHONE)
    await button(ours, mine, "Terima tugas").dblclick()  # two taps are one: nothing is skipped
    await expect(card(second, mine)).to_contain_text("Diterima")
    assert (await centre.dispatch(mine))["status"] == "acknowledged"
    assert (await centre.dispatch(other))["status"] == "received"
    rung = await ours.page.evaluate("window.rung")
    await button(second, mine, "Berangkat").tap()
    await button(ours, mine, "Tiba di lokasi").tap()
    await button(second, mine, "Selesai").tap()
    await button(second, mine, "Ya, selesai").tap()
    await becomes(centre, mine, "done")
    assert await ours.page.evaluate("window.rung") == rung, "it is quiet once somebody has it"
    await expect(card(ours, mine)).to_have_count(0)
    assert await centre.reports(incident, OURS) == [
        "received",
        "acknowledged",
        "en_route",
        "on_scene",
        "done",
    ]
    await card(theirs, other).get_by_text("Tolak, lewati langkah").tap()
    await button(theirs, other, "Tolak").tap()
    await button(theirs, other, "Tolak tugas").tap()
    await expect(card(theirs, other)).to_contain_text("Tulis alasannya")
    await button(theirs, other, "Tidak ada armada").tap()
    await button(theirs, other, "Tolak tugas").tap()
    await becomes(centre, other, "declined")
    assert (await centre.dispatch(other))["reason"] == "Tidak ada armada"
    await centre.ends(incident, other)


async def taps(desk: Desk, target: Locator, times: int) -> None:
    """Tap the screen where this is now, whatever comes there meanwhile."""
    await target.scroll_into_view_if_needed()
    at = await target.bounding_box()
    assert at is not None
    for _ in range(times):
        await desk.page.touchscreen.tap(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        await asyncio.sleep(0.15)


async def test_a_second_tap_takes_no_other_dispatch(desks: Desks, people: People, centre: Centre) -> None:
    """The one that comes to where the first one was has been read by nobody."""
    desk = await phone(desks, people, OURS)
    asked = [(await centre.sends(OURS)) for _ in range(2)]
    ids = [dispatches[OURS] for _, dispatches in asked]
    for id_ in ids:
        await expect(button(desk, id_, "Terima tugas")).to_be_enabled()
    for _ in range(10):  # what the hand finds still moving takes no tap at all
        await taps(desk, desk.page.get_by_role("button", name="Terima tugas").first, 3)
        if "acknowledged" in [(await centre.dispatch(id_))["status"] for id_ in ids]:
            break
        await asyncio.sleep(2)
    await expect(desk.page.get_by_role("button", name="Terima tugas")).to_have_count(1)
    await expect(desk.page.get_by_role("button", name="Terima tugas")).to_be_enabled()
    assert sorted([(await centre.dispatch(id_))["status"] for id_ in ids]) == ["acknowledged", "received"]
    for incident, dispatches in asked:
        await centre.ends(incident, dispatches[OURS])


async def test_a_change_and_a_stand_down_stand_out_and_are_acknowledged(
    desks: Desks, people: People, centre: Centre
) -> None:
    desk = await phone(desks, people, OURS)
    incident, asked = await centre.sends(OURS)
    mine = asked[OURS]
    await button(desk, mine, "Terima tugas").tap()
    await becomes(centre, mine, "acknowledged")
    await centre.changes(incident, people_in_danger=5)
    await expect(card(desk, mine)).to_contain_text("ADA PERUBAHAN")
    await expect(card(desk, mine)).to_contain_text("5 orang dalam bahayaberubah")
    await looks(desk, "agency-change")
    await desk.for_guides("agency-change")
    await button(desk, mine, "Terima perubahan").tap()
    await expect(card(desk, mine)).not_to_contain_text("berubah")
    await expect(button(desk, mine, "Berangkat")).to_be_visible()
    await centre.closes(incident)
    await expect(card(desk, mine)).to_contain_text("DIBATALKAN")
    await expect(card(desk, mine)).to_contain_text("laporan palsu")
    await looks(desk, "agency-stand-down")
    await button(desk, mine, "Terima pembatalan").tap()
    await expect(card(desk, mine)).to_have_count(0)
    assert (await centre.dispatch(mine))["unacknowledged"] is None


async def test_what_is_pressed_without_a_network_counts_once_and_in_order(
    desks: Desks, people: People, centre: Centre
) -> None:
    desk = await phone(desks, people, OURS)
    desk.expected |= {409}
    incident, asked = await centre.sends(OURS)
    mine = asked[OURS]
    await expect(button(desk, mine, "Terima tugas")).to_be_visible()
    await desk.cut()
    for name in ("Terima tugas", "Berangkat", "Tiba di lokasi"):
        await button(desk, mine, name).tap()
    await expect(card(desk, mine)).to_contain_text("Belum terkirim: Diterima")
    await looks(desk, "agency-offline")
    assert (await centre.dispatch(mine))["status"] == "received"
    await desk.mend()
    await becomes(centre, mine, "on_scene")
    await expect(card(desk, mine)).not_to_contain_text("Belum terkirim")
    assert await centre.reports(incident, OURS) == ["received", "acknowledged", "en_route", "on_scene"]
    await desk.cut()
    await button(desk, mine, "Selesai").tap()
    await button(desk, mine, "Ya, selesai").tap()
    await centre.closes(incident)  # meanwhile
    await desk.mend()
    await expect(desk.page.get_by_text("Tidak berlaku: Selesai")).to_be_visible()
    await desk.page.get_by_role("button", name="Mengerti").tap()
    await button(desk, mine, "Terima pembatalan").tap()
    await expect(card(desk, mine)).to_have_count(0)
    assert (await centre.dispatch(mine))["status"] == "cancelled"


async def test_a_note_and_a_photo_reach_the_centre_and_nothing_else_is_a_photo(
    desks: Desks, people: People, centre: Centre
) -> None:
    desk = await phone(desks, people, OURS)
    incident, asked = await centre.sends(OURS)
    mine = asked[OURS]
    await button(desk, mine, "Terima tugas").tap()
    await card(desk, mine).get_by_text("Catatan atau foto untuk pusat").tap()
    file = card(desk, mine).locator("input[type=file]")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for kind, what in (("image/jpeg", svg), ("image/svg+xml", svg), ("image/jpeg", PHOTO[:99])):
        await file.set_input_files(FilePayload(name="a.jpg", mimeType=kind, buffer=what))
        await expect(card(desk, mine).get_by_role("alert")).to_contain_text("bukan foto")
    await file.set_input_files(FilePayload(name="b.jpg", mimeType="image/jpeg", buffer=PHOTO))
    await expect(card(desk, mine).get_by_alt_text("Foto yang akan dikirim")).to_be_visible()
    await desk.cut()
    await card(desk, mine).get_by_label("Catatan").fill("dua kios, satu korban")
    await button(desk, mine, "Kirim").tap()
    await expect(card(desk, mine)).to_contain_text("Belum terkirim: catatan")
    await desk.mend()
    sent = card(desk, mine).get_by_alt_text("Foto yang dikirim")
    await expect(sent).to_have_js_property("naturalWidth", 16)  # the browser draws what the server kept
    await looks(desk, "agency-note")
    told = await people.ask("GET", f"/incidents/{incident}/timeline", by="operator-1")
    notes = [line["data"] for line in told["timeline"] if line["kind"] == "agency_note"]
    assert [(note["note"], note["photo"]) for note in notes] == [("dua kios, satu korban", True)]
    await centre.ends(incident, mine)
