"""My own account on the screen: password, authenticator codes, sessions; and signing in attacked."""

import time
from urllib.parse import quote

import pyotp
from playwright.async_api import expect

from ct112.web.access.principal import Role
from tests.browser.desk import Desk
from tests.browser.desks import Desks
from tests.browser.people import People, Person

NEW = "empat kata tanpa hubungan"


async def type_in(desk: Desk, **fields: str) -> None:
    """Fill fields by their names."""
    for name, value in fields.items():
        await desk.page.locator(f"input[name={name}]").fill(value)


async def test_the_password_is_changed_and_other_sessions_end(desks: Desks, people: People) -> None:
    person = await people.account(Role.SUPERVISOR)
    desk, elsewhere = await desks.open(), await desks.open()
    for each in (elsewhere, desk):
        await each.enter("/account", person)
    await expect(desk.page.get_by_role("row")).to_have_count(3)
    await desk.pictures("account")
    desk.expected |= {422}
    save = desk.page.get_by_role("button", name="Ganti kata sandi")
    await type_in(desk, current=person.password, password=NEW, again=NEW + "x")
    await save.click()
    await expect(desk.page.get_by_text("Keduanya tidak sama")).to_be_visible()
    await type_in(desk, current="bukan ini", again=NEW)
    await save.click()
    await expect(desk.page.get_by_role("alert")).to_have_text("Kata sandi sekarang salah.")
    await type_in(desk, current=person.password, password=person.name + "aaaa", again=person.name + "aaaa")
    await save.click()
    await expect(desk.page.get_by_role("alert")).to_contain_text("terlalu mudah")
    await type_in(desk, password=NEW, again=NEW)
    await save.click()
    await expect(desk.page.get_by_text("sudah diganti")).to_be_visible()
    await expect(desk.page.get_by_role("row")).to_have_count(2)
    await elsewhere.page.reload()
    await elsewhere.sign_in(Person(person.name, NEW))
    await expect(elsewhere.page.get_by_role("banner")).to_contain_text(person.name)
    await desk.page.reload()
    await desk.page.get_by_role("button", name="Keluar dari semua yang lain").click()
    await expect(desk.page.get_by_text("Sesi lain sudah berakhir")).to_be_visible()
    await expect(desk.page.get_by_role("row")).to_have_count(2)


async def test_codes_are_set_up_asked_for_and_stopped(desks: Desks, people: People) -> None:
    person = await people.account(Role.AGENCY, agency="pmi")
    desk = await desks.open()
    desk.expected |= {422}
    await desk.enter("/account", person)
    page = desk.page
    await type_in(desk, proof=person.password)
    await page.get_by_role("button", name="Pasang aplikasi autentikator").click()
    await expect(page.get_by_role("img", name="Kode QR")).to_be_visible()
    await desk.pictures("account-codes")
    secret = (await page.get_by_test_id("secret").inner_text()).replace(" ", "")
    await type_in(desk, code="000000")
    await page.get_by_role("button", name="Aktifkan").click()
    await expect(page.get_by_role("alert")).to_contain_text("tidak cocok")
    await type_in(desk, code=pyotp.TOTP(secret).now())
    await page.get_by_role("button", name="Aktifkan").click()
    await expect(page.get_by_text("Kode aktif")).to_be_visible()

    other = await desks.open()
    other.expected = {401, 403}
    await other.open("/login")
    await other.sign_in(person)
    await other.page.locator("input[name=code]:focus").wait_for()
    await other.accessible()
    await other.picture("login-code")
    # the code that confirmed is used up; the next one is good already: telephones' clocks may be ahead
    await other.page.keyboard.type(pyotp.TOTP(secret).at(time.time() + 30))
    await other.page.keyboard.press("Enter")
    await expect(other.page.get_by_role("banner")).to_contain_text(person.name)

    await type_in(desk, proof=person.password)
    await page.get_by_role("button", name="Hentikan kode").click()
    await expect(page.get_by_text("Kode tidak diminta lagi")).to_be_visible()


async def test_who_is_wrong_too_often_is_told_how_long_to_wait(desks: Desks, people: People) -> None:
    person = await people.account(Role.SUPERVISOR)
    desk = await desks.open()
    desk.expected = {401, 429}
    await desk.open("/login")
    await type_in(desk, username=person.name, password="tebakan yang salah")
    button = desk.page.locator("button[type=submit]")
    for _ in range(40):
        async with desk.page.expect_response("**/api/v1/session") as told:
            await desk.page.keyboard.press("Enter")
        if (await told.value).status == 429:
            break
        await expect(button).not_to_have_attribute("data-loading", "true")
    await expect(desk.page.get_by_role("alert")).to_contain_text("Tunggu")
    await desk.accessible()
    await expect(button).to_have_text("Masuk")  # it is counted down
    await type_in(desk, password=person.password)
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("banner")).to_contain_text(person.name)


FOREIGN = [
    "//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    r"\\evil.example",
    r"/\evil.example",
]
FOREIGN += ["/supervisor//evil.example", r"/supervisor/..\..\evil", "/%2f%2fevil.example", "/api/v1/session"]


async def test_after_signing_in_only_our_own_screens_follow(desks: Desks, people: People) -> None:
    person = await people.account(Role.SUPERVISOR)
    desk = await desks.open()
    await desk.enter("/account", person)
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    for foreign in FOREIGN:
        await desk.open(f"/login?next={quote(foreign, safe='')}")
        await expect(desk.page.get_by_role("banner")).to_be_visible()
        await expect(desk.page).not_to_have_url(f"{desk.url}/login?next={quote(foreign, safe='')}")
        assert desk.page.url.startswith(desk.url + "/"), foreign
    assert all(url.startswith((desk.url + "/", "data:", "blob:")) for url in asked), asked


async def test_after_signing_out_neither_back_nor_storage_tell_who_was_there(
    desks: Desks, people: People
) -> None:
    person = await people.account(Role.SUPERVISOR)
    desk = await desks.open()
    await desk.enter("/account", person)
    tab = await desks.beside(desk)
    tab.expected = {401}
    await tab.open("/account")
    await expect(tab.page.get_by_role("row").nth(1)).to_be_visible()
    await desk.page.evaluate(
        "localStorage.setItem('ct112.unsent.form', 'isian'); localStorage.setItem('ct112.search', '0812');"
        "sessionStorage.setItem('ct112.search', '0812')"
    )
    await desk.page.get_by_role("button", name="Keluar", exact=True).click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Masuk ke layanan 112")
    kept = await desk.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "ct112.unsent.form" in kept
    assert person.name not in kept
    assert "0812" not in kept
    await desk.page.go_back()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Masuk ke layanan 112")
    assert person.name not in await desk.page.content()
    await expect(tab.page.get_by_role("dialog")).to_contain_text("Sesi berakhir")  # at once, in every tab


async def test_a_person_who_comes_after_another_finds_nothing_of_theirs(desks: Desks, people: People) -> None:
    first, second = await people.account(Role.SUPERVISOR), await people.account(Role.AGENCY, agency="damkar")
    desk = await desks.open()
    await desk.enter("/account", first)
    await desk.page.evaluate("localStorage.setItem('ct112.search', '0812')")
    await desk.page.context.clear_cookies()  # it ran out over night
    await desk.open("/login")
    await desk.sign_in(second)
    await expect(desk.page.get_by_role("banner")).to_contain_text(second.name)
    assert await desk.page.evaluate("localStorage.getItem('ct112.search')") is None


async def test_a_provider_that_refuses_is_told_on_the_page_of_signing_in(desk: Desk) -> None:
    desk.expected = {401}
    await desk.open("/login?provider=not-allowed")
    await expect(desk.page.get_by_role("alert")).to_contain_text("Akun kota Anda tidak dapat dipakai")
    await expect(desk.page.get_by_role("link", name="akun kota")).to_have_count(0)  # none is set up here
    await desk.accessible()
