"""One's own account over the API: how one signs in, and where one is signed in."""

from ct112.store import Store
from ct112.store.roles import Role
from tests.web.people import PASSWORD, Browser, add, bearer
from tests.web.site import Site
from tests.web.test_oidc import site_with

NOBODY_ANSWERS = "http://127.0.0.1:9"


async def test_sessions_are_shown_and_the_others_end(site: Site) -> None:
    await add(site.store, "siti", Role.OPERATOR, operator="siti")
    here, elsewhere = Browser(site), Browser(site)
    for browser in (elsewhere, here):
        assert (await browser.sign_in("siti"))[0] == 200
    _, account, _ = await here.ask("GET", "/api/v1/session/account")
    assert (account["has_password"], account["codes"], account["oidc"]) == (True, False, False)
    assert [session["this"] for session in account["sessions"]] == [True, False]
    assert (await here.ask("DELETE", "/api/v1/session/others"))[0] == 204
    _, account, _ = await here.ask("GET", "/api/v1/session/account")
    assert [session["this"] for session in account["sessions"]] == [True]
    assert (await elsewhere.ask("GET", "/api/v1/session"))[0] == 401


async def test_a_token_has_no_account_of_its_own(site: Site) -> None:
    await add(site.store, "siti", Role.OPERATOR, operator="siti")
    headers = await bearer(site.store, "siti")
    for method, path in (("GET", "account"), ("DELETE", "others")):
        status, problem, _ = await Browser(site).ask(method, f"/api/v1/session/{path}", **headers)
        assert (status, problem["type"]) == (403, "urn:ct112:problem:not-allowed")


async def test_the_field_that_is_wrong_is_named(site: Site) -> None:
    await add(site.store, "siti", Role.OPERATOR, operator="siti")
    browser = Browser(site)
    await browser.sign_in("siti")
    for current, password, field in (
        ("wrong one", "x" * 20, "current"),
        (PASSWORD, "siti siti siti", "password"),
    ):
        body = {"current": current, "password": password}
        status, problem, _ = await browser.ask("PUT", "/api/v1/session/password", body)
        assert (status, [each["field"] for each in problem["fields"]]) == (422, [field])


async def test_who_may_sign_in_how_is_told_to_everybody(site: Site, store: Store) -> None:
    assert (await Browser(site).ask("GET", "/api/v1/session/ways"))[1] == {"oidc": False}
    async with site_with(store, NOBODY_ANSWERS) as browser:
        assert (await browser.ask("GET", "/api/v1/session/ways"))[1] == {"oidc": True}


async def test_a_person_whom_the_provider_does_not_let_in_sees_a_page(store: Store) -> None:
    async with site_with(store, NOBODY_ANSWERS) as browser:
        for path in ("/api/v1/session/oidc", "/api/v1/session/oidc/callback?state=x&error=access_denied"):
            person = {"Origin": "", "Sec_Fetch_Site": "none", "Accept": "text/html"}
            status, _, answer = await browser.ask("GET", path, **person)
            assert (status, answer.headers["Location"]) == (303, "/login?provider=not-allowed")
            status, problem, _ = await browser.ask("GET", path, Origin="", Sec_Fetch_Site="none")
            assert (status, problem["type"]) == (403, "urn:ct112:problem:not-allowed")
