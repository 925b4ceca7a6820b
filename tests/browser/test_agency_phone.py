"""The agency's page as an app of the phone: installed, without a network, and woken by a notification."""

import asyncio
import json
from typing import Any

from playwright.async_api import expect

from ct112.web.access.principal import Role
from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.people import People
from tests.browser.test_agency import ON_PHONE, OURS, Centre, becomes, button, card, centre, looks

__all__ = ["centre"]
NO_PUSH = "does not support the Push API"  # Chromium says so of itself, of every profile of a test
KEPT = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()"""
READY = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  while (active.state !== "activated") await new Promise((wait) => setTimeout(wait, 50));
  for (let left = 200; left; left--) {
    const [name] = await caches.keys();
    const kept = name ? await (await caches.open(name)).keys() : [];
    if (kept.some(({ url }) => url.endsWith("/agency")) && kept.length > 3) return active.scriptURL;
    await new Promise((wait) => setTimeout(wait, 100));
  }
}"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({ title, body, data }) => ({ title, body, data }))"""


async def installed(desks: Desks, people: People) -> Desk:
    """Give a phone whose browser keeps the page."""
    desk = await desks.open(**ON_PHONE)
    await desk.enter("/agency", await people.account(Role.AGENCY, agency=OURS))
    await expect(desk.page.get_by_test_id("freshness")).to_have_text("Langsung")
    assert str(await desk.page.evaluate(READY)).endswith("/agency-sw.js")
    return desk


async def test_it_can_be_installed_and_keeps_no_answer_of_the_api(
    desks: Desks, people: People, centre: Centre
) -> None:
    incident, asked = await centre.sends(OURS)
    desk = await installed(desks, people)
    await desk.page.reload()
    await expect(card(desk, asked[OURS])).to_be_visible()
    assert await desk.page.evaluate("navigator.serviceWorker.controller !== null")
    kept = await desk.page.evaluate(KEPT)
    assert "/agency" in kept
    assert [path for path in kept if path != "/agency" and not path.startswith("/assets/")] == []
    href = await desk.page.locator("link[rel=manifest]").get_attribute("href")
    manifest = json.loads(await (await desk.page.request.get(desk.url + str(href))).text())
    assert manifest["start_url"] == "/agency"
    for icon in manifest["icons"]:
        answer = await desk.page.request.get(desk.url + icon["src"])
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    await centre.ends(incident, asked[OURS])


async def test_a_press_outlives_a_reload_without_a_network(
    desks: Desks, people: People, centre: Centre
) -> None:
    incident, asked = await centre.sends(OURS)
    mine = asked[OURS]
    desk = await installed(desks, people)
    await expect(card(desk, mine)).to_be_visible()
    await desk.cut()
    await button(desk, mine, "Terima tugas").tap()
    await expect(card(desk, mine)).to_contain_text("Belum terkirim")
    await desk.page.reload()
    await expect(desk.page.get_by_text("Server tidak dapat dihubungi")).to_be_visible()
    assert (await centre.dispatch(mine))["status"] == "received"
    await desk.mend()
    await becomes(centre, mine, "acknowledged")
    await expect(button(desk, mine, "Berangkat")).to_be_visible()
    assert await centre.reports(incident, OURS) == ["received", "acknowledged"]
    await centre.ends(incident, asked[OURS])


async def test_a_notification_wakes_and_leads_to_its_dispatch(
    desks: Desks, people: People, centre: Centre
) -> None:
    incident, asked = await centre.sends(OURS)
    desk = await installed(desks, people)
    await desk.page.context.grant_permissions(["notifications"], origin=desk.url)
    said = {
        "title": "112: tugas baru",
        "body": "Kebakaran, 1126-1",
        "dispatch": asked[OURS],
        "telling": "new",
    }
    await _pushed(desk, json.dumps(said))
    for _ in range(100):
        if shown := await desk.page.evaluate(SHOWN):
            break
        await asyncio.sleep(0.1)
    leads = f"/agency/{asked[OURS]}"
    assert shown == [{"title": "112: tugas baru", "body": "Kebakaran, 1126-1", "data": leads}]
    await desk.open(leads)
    await expect(card(desk, asked[OURS])).to_be_in_viewport()
    await desk.page.get_by_text("Pemberitahuan bila halaman ditutup").tap()
    await desk.page.get_by_role("button", name="Nyalakan pemberitahuan").tap()
    await expect(desk.page.get_by_test_id("notifications")).to_contain_text(
        "tidak terjangkau"
    )  # no internet here
    desk.errors = [error for error in desk.errors if NO_PUSH not in error]
    await looks(desk, "agency-notifications")
    await centre.ends(incident, asked[OURS])


async def _pushed(desk: Desk, said: str) -> None:
    """Have the browser deliver a push message, as if its push service had brought it."""
    devtools = await desk.page.context.new_cdp_session(desk.page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def registered(event: dict[str, Any]) -> None:
        for each in event["registrations"]:
            if each["scopeURL"].endswith("/agency") and not found.done():
                found.set_result(each["registrationId"])

    devtools.on("ServiceWorker.workerRegistrationUpdated", registered)
    await devtools.send("ServiceWorker.enable")
    id_ = await asyncio.wait_for(found, 20)
    message = {"origin": desk.url, "registrationId": id_, "data": said}
    await devtools.send("ServiceWorker.deliverPushMessage", message)
