"""Each page of administration at three sizes: accessible, nothing cut, in both languages, dark as well."""

import pytest
from playwright.async_api import expect

from tests.browser.admin_desk import open_admin
from tests.browser.desk import Desk

SIZES = {"room": (1920, 1080), "desk": (1280, 800), "phone": (390, 844)}
PAGES = {
    "/operators": "Operators",
    "/positions": "Positions",
    "/roster": "Duty roster",
    "/accounts": "Accounts",
    "/tokens": "Tokens",
    "/audit": "Audit",
    "/privacy": "Personal data",
    "/privacy/holds": "Personal data",
    "/privacy/classes": "Personal data",
    "/agencies": "Agencies",
    "/agencies/damkar": "damkar",
    "/categories": "Categories",
    "/routing": "Routing rules",
    "/routing/explain": "Routing rules",
    "/neighbours": "Neighbouring centres",
    "/neighbours/_new": "Register a neighbour",
    "/cameras": "Cameras",
    "/places": "Places and areas",
    "/readiness": "Readiness",
    "/settings": "Settings",
}
DARK = {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("desk", [DARK], indirect=True, ids=["dark"])
async def test_each_page_is_for_everybody_at_each_size(desk: Desk) -> None:
    await open_admin(desk, "", "Administrasi")
    await desk.page.evaluate("localStorage.setItem('ct112.language', 'en')")
    for path, title in PAGES.items():
        await desk.open(f"/admin{path}")
        await expect(desk.page.get_by_role("heading", level=1)).to_have_text(title)
        await expect(desk.page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
        await desk.accessible()
        for size, (width, height) in SIZES.items():
            await desk.page.set_viewport_size({"width": width, "height": height})
            wide = await desk.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"{path} scrolls sideways at {size}"
            await desk.picture(f"admin{path.replace('/', '-')}-{size}")


async def test_a_role_without_the_right_sees_nothing_of_it(desk: Desk) -> None:
    desk.expected = {401}
    await desk.open("/admin/operators")
    await desk.sign_in("operator-1")
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Layar ini bukan untuk peran Anda")
    await expect(desk.page.get_by_role("table")).to_have_count(0)
    await desk.accessible()
