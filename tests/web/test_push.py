"""A phone asks to be woken: what it may name, whose it is, and that our key stays the same."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from ct112.store import pushes
from ct112.store.pushes import MOST_OF_ACCOUNT
from ct112.store.roles import Role
from ct112.worker.push_message import point, private_key
from tests.web import people
from tests.web.site import Site
from tests.web.test_dispatches import desk
from tests.web.test_people import ask
from tests.worker.push_service import Phone, b64, unb64

__all__ = ["desk"]
PHONE = Phone("a phone")
WANTED = {
    "endpoint": "https://push.example.org/a",
    "p256dh": b64(PHONE.p256dh),
    "auth": b64(PHONE.secret),
    "language": "id",
}


async def subscribe(site: Site, desk: dict[str, str], **more: Any) -> tuple[int, Any]:
    """Subscribe; `more` wins."""
    status, told, _ = await ask(site, "POST", "/push/subscriptions", WANTED | more, desk)
    return status, told


async def count(site: Site) -> int:
    """Return how many browsers are known."""
    async with site.store.transaction() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM push_subscription")) or 0)


async def test_our_key_is_made_once_whoever_asks_first(site: Site, desk: dict[str, str]) -> None:
    answers = await asyncio.gather(*(ask(site, "GET", "/push/key", as_=desk) for _ in range(5)))
    (key,) = {told["key"] for _, told, _ in answers}
    async with site.store.transaction() as connection:
        private = await pushes.known_key(connection)
    assert private is not None
    assert unb64(key) == point(private_key(private).public_key())


async def test_the_same_browser_is_one_and_goes_with_who_holds_it(site: Site, desk: dict[str, str]) -> None:
    (status, first), (_, again) = await subscribe(site, desk), await subscribe(site, desk, language="en")
    assert status == 201
    assert first == again
    await people.add(site.store, "other", Role.AGENCY)
    other = await people.bearer(site.store, "other")
    path = f"/push/subscriptions/{first['id']}"
    assert (await ask(site, "DELETE", path, as_=other))[0] == 404
    assert (await ask(site, "POST", f"{path}/test", as_=other))[0] == 404
    assert (await ask(site, "POST", f"{path}/test", as_=desk))[0] == 202
    assert (await subscribe(site, other))[1] == first, "another person has this phone now"
    assert (await ask(site, "DELETE", path, as_=desk))[0] == 404
    assert (await ask(site, "DELETE", path, as_=other))[0] == 204
    assert await count(site) == 0


async def test_an_account_has_so_many_browsers_and_no_more(site: Site, desk: dict[str, str]) -> None:
    for number in range(MOST_OF_ACCOUNT + 3):
        await subscribe(site, desk, endpoint=f"https://push.example.org/{number}")
    assert await count(site) == MOST_OF_ACCOUNT
    async with site.store.transaction() as connection:
        oldest = await connection.scalar(
            text("SELECT count(*) FROM push_subscription WHERE endpoint LIKE '%/0'")
        )
    assert oldest == 0


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("endpoint", "http://push.example.org/a", 422),
        ("endpoint", "https://127.0.0.1/a", 422),
        ("endpoint", "https://[::ffff:10.0.0.1]/a", 422),
        ("endpoint", "https://169.254.169.254/latest", 422),
        ("endpoint", "https://user:pw@push.example.org/a", 422),
        ("endpoint", "file:///etc/passwd", 422),
        ("endpoint", "https://push.example.org/" + "a" * 600, 400),
        ("p256dh", b64(b"\x04" + b"\x01" * 64), 422),
        ("p256dh", b64(PHONE.p256dh[:33]), 422),
        ("p256dh", "?", 400),
        ("p256dh", "A", 422),
        ("auth", b64(b"short"), 422),
        ("language", "fr", 400),
    ],
    ids=range(13),  # a key is another each time, and would be in the test's name
)
async def test_what_a_browser_would_not_say_is_refused(
    site: Site, desk: dict[str, str], field: str, value: str, status: int
) -> None:
    found, told = await subscribe(site, desk, **{field: value})
    assert (found, told["fields"][0]["field"]) == (status, field)
    assert await count(site) == 0


async def test_the_centres_people_are_not_woken_so(site: Site) -> None:
    await people.add(site.store, "op", Role.OPERATOR)
    operator = await people.bearer(site.store, "op")
    assert (await subscribe(site, operator))[0] == 403
