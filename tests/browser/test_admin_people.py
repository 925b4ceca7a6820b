"""An admin without a mouse: an operator, a position with its sheet, an account, a token."""

import asyncio
import re
from urllib.parse import unquote

import pytest
import zxingcpp
from playwright.async_api import expect

from lab.api import Lab
from lab.phones import PhoneError, Phones
from tests.browser.admin_desk import choose, fill, go_to, heading, open_admin, press
from tests.browser.desk import SECONDS, Desk

DESK = {"viewport": {"width": 1280, "height": 800}}
PIXELS = """async svg => {
  const [drawn, picture] = [svg.cloneNode(true), new Image()];
  const size = 4 * svg.viewBox.baseVal.width;
  drawn.setAttribute("width", size);
  drawn.setAttribute("height", size);
  const text = new XMLSerializer().serializeToString(drawn);
  picture.src = "data:image/svg+xml," + encodeURIComponent(text);
  await picture.decode();
  const canvas = new OffscreenCanvas(size, size).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  return [...canvas.getImageData(0, 0, size, size).data].filter((_, at) => at % 4 === 0);
}"""
KEPT = """JSON.stringify([
  document.documentElement.outerHTML, [...document.querySelectorAll("input")].map(input => input.value),
  location.href, history.state, {...localStorage}, {...sessionStorage}])"""
ADDRESS = re.compile(r"sip:([^:]+):([^@]+)@([^;]+);transport=udp")


async def test_an_operator_is_added_changed_and_removed_by_the_keyboard(desk: Desk) -> None:
    await open_admin(desk, "/operators", "Operator")
    await press(desk, "Tambah operator")
    await heading(desk, "Tambah operator")
    desk.expected.add(400)
    await fill(desk, name="Siti Aminah")
    await desk.page.keyboard.press("Enter")
    field = desk.page.locator("input[name=name]")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await desk.accessible()
    await fill(desk, name="siti", full_name="Siti Aminah", pin="4711")
    await desk.page.keyboard.press("Enter")
    await heading(desk, "Operator")
    await expect(desk.page.get_by_role("status").filter(has_text="siti ditambahkan.")).to_be_visible()
    await desk.accessible()
    await desk.picture("admin-operators")
    await desk.for_guides("operators")
    await press(desk, "siti")
    await heading(desk, "siti")
    await fill(desk, full_name="Siti A.")
    await desk.page.keyboard.press("Enter")
    row = desk.page.get_by_role("row", name="siti Siti A. boleh masuk ya")
    await expect(row).to_be_visible()
    await press(desk, "siti")
    await press(desk, "Hapus")
    asked = desk.page.get_by_role("dialog")
    await expect(asked).to_contain_text("keluar setelah percakapannya selesai")
    await desk.accessible()
    await press(desk, "Hapus")
    await expect(desk.page.get_by_role("status").filter(has_text="siti dihapus.")).to_be_visible()
    await expect(row).to_have_count(0)


@pytest.mark.parametrize("desk", [DESK], indirect=True)
async def test_the_sheet_of_a_position_holds_the_account_a_phone_registers_with(desk: Desk, lab: Lab) -> None:
    await open_admin(desk, "/positions", "Posisi")
    await press(desk, "Tambah posisi")
    await fill(desk, name="pos-admin")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("heading", name="Lembar softphone: pos-admin")).to_be_visible()
    host, port = lab.description()["sip"][0].split(":")
    await fill(desk, **{"sip-server": host})
    await choose(desk, "sip-transport", "U")
    await fill(desk, **{"sip-port": port})
    await desk.accessible()
    await desk.picture("admin-sheet")
    await desk.for_guides("sheet")
    found = ADDRESS.fullmatch(await scanned(desk))
    assert found is not None
    user, password, server = found[1], unquote(found[2]), found[3]
    async with Phones("127.0.0.1") as phones:
        await registered(phones, user, password, server)
        await press(desk, "← Kembali ke daftar")
        row = desk.page.get_by_role("row", name=re.compile("pos-admin"))
        await expect(row).to_contain_text("terdaftar di node a")
    await nowhere(desk, password)
    await press(desk, "pos-admin")
    await nowhere(desk, password)
    await press(desk, "Hapus")
    await press(desk, "Hapus")
    await expect(row).to_have_count(0)


async def scanned(desk: Desk) -> str:
    """Return what a reader of QR codes makes of the one that is drawn."""
    pixels = bytes(await desk.page.get_by_test_id("qr").evaluate(PIXELS))
    side = round(len(pixels) ** 0.5)
    (read,) = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (side, side)))
    return str(read.text)


async def registered(phones: Phones, user: str, password: str, server: str) -> None:
    """Register as a softphone does: again, until the exchange knows the account."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                await phones.register(user, password, server)
            except PhoneError:
                await asyncio.sleep(1)
            else:
                return


async def nowhere(desk: Desk, secret: str) -> None:
    """Demand that a secret is not in the page, its address, its history or what it keeps."""
    kept = await desk.page.evaluate(KEPT)
    assert secret not in kept


async def test_an_account_is_made_and_loses_password_sessions_and_second_factor(desk: Desk) -> None:
    await open_admin(desk, "/accounts", "Akun")
    await press(desk, "Tambah akun")
    await fill(desk, name="rina.piket")
    await choose(desk, "role", "instansi")
    await choose(desk, "agency", "Palang")
    await fill(desk, password="short")
    desk.expected |= {400, 422}
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("input[name=password]")).to_have_attribute("aria-invalid", "true")
    await fill(desk, password="a long enough password")
    await desk.page.keyboard.press("Enter")
    await heading(desk, "Akun")
    await expect(desk.page.get_by_role("row", name=re.compile(r"rina\.piket instansi"))).to_be_visible()
    await desk.accessible()
    await desk.picture("admin-accounts")
    await press(desk, "rina.piket")
    await fill(desk, **{"new-password": "another long password"})
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_text("Kata sandi dipasang")).to_be_visible()
    await nowhere(desk, "another long password")
    await desk.accessible()


async def test_a_token_is_shown_once_and_revoked(desk: Desk) -> None:
    await open_admin(desk, "/tokens", "Token")
    await press(desk, "Buat token")
    await fill(desk, label="alat ukur rob")
    await choose(desk, "account", "sensor")
    await fill(desk, scopes="alerts:write")
    await desk.page.keyboard.press("Enter")
    secret = await desk.page.get_by_test_id("secret").inner_text()
    await desk.accessible()
    await press(desk, "← Kembali ke daftar")
    await expect(desk.page.get_by_role("row", name=re.compile("alat ukur rob"))).to_contain_text(
        "berlaku sampai"
    )
    await nowhere(desk, secret)
    await press(desk, "alat ukur rob")
    await go_to(desk, "Cabut token")
    await press(desk, "Cabut token")
    await expect(desk.page.get_by_role("dialog")).to_contain_text("ditolak mulai saat ini juga")
    await press(desk, "Cabut token")
    await expect(desk.page.get_by_text("alat ukur rob: dicabut")).to_be_visible()
