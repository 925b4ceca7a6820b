"""The draft in the editor, unpublished, is heard on a telephone that the admin has ring."""

from pathlib import Path

from playwright.async_api import expect

from lab.phones import ANSWER
from lab.world import World
from tests.browser.desk import SECONDS, Desk
from tests.browser.menus import fresh, heard, pick
from tests.browser.people import People, softphone
from tests.browser.test_menu_files import opened

TEXT = "Ini draf yang belum diterbitkan, hanya untuk dicoba."


async def test_the_draft_rings_the_chosen_phone_and_is_heard_there(
    desk: Desk, people: People, world: World, tmp_path: Path
) -> None:
    desk.expected = {409}
    siti = await people.operator(ready=False)
    phone = await softphone(world, siti, ANSWER)
    await opened(desk)
    page = desk.page
    form = await pick(page, "greeting")
    await form.get_by_label("Yang terdengar (id)", exact=True).fill(TEXT)
    await fresh(page)
    await page.get_by_role("button", name="Coba sebagai penelepon").click()
    part = page.get_by_role("dialog").get_by_role("region", name="Dengarkan di telepon")
    await part.get_by_label("Posisi").select_option(siti.position)
    await part.get_by_role("button", name="Deringkan telepon ini").click()
    await expect(part.get_by_role("status")).to_contain_text("berdering begitu suaranya siap")
    call = await (await phone.next_call(within=SECONDS)).wait_for("established")
    await call.hears_sound()
    await call.hears_quiet(within=SECONDS)
    await part.get_by_role("button", name="Deringkan telepon ini").click()
    await expect(part.get_by_role("alert")).to_be_visible()  # one at a time
    await desk.picture("menu-call")
    await call.record(tmp_path / "heard.pcm")
    await call.hang_up()
    assert heard(world.lab, (tmp_path / "heard.pcm").read_bytes(), [(TEXT, "id")])
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Buang draf").click()
    await people.leave(siti)
