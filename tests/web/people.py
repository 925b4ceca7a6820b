"""People who sign in to the site under test."""

from http.cookies import SimpleCookie
from typing import Any

import aiohttp

from ct112.store import Store, accounts, tokens
from ct112.store.roles import Role
from ct112.web.access.access import DEVICE_COOKIE, SESSION_COOKIE
from ct112.web.access.passwords import hashed
from tests.web.site import Site

PASSWORD = "correct horse battery"
_HASH = hashed(PASSWORD)


async def add(store: Store, name: str, role: Role, **more: Any) -> None:
    """Make an account with PASSWORD."""
    agency = "damkar" if role is Role.AGENCY else None
    async with store.transaction() as connection:
        await accounts.add(connection, name, role, agency=agency, password_hash=_HASH, **more)


async def bearer(store: Store, name: str, *scopes: str) -> dict[str, str]:
    """Make a token; return the header that proves it."""
    async with store.transaction() as connection:
        _, secret = await tokens.add(
            connection, name, label="test", scopes=scopes or ("*",), created_by="test"
        )
    return {"Authorization": f"Bearer {secret}"}


class Browser:
    """A browser on the site: keeps its cookies, and says where its requests come from."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.cookies: dict[str, str] = {}
        self.lines: list[str] = []
        self.origin = f"http://{site.client.host}:{site.client.port}"

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, aiohttp.ClientResponse]:
        """Send a request as a page of the site would; what `headers` says wins."""
        said = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if self.cookies:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        said = {name: value for name, value in said.items() if value}
        async with self._site.client.request(
            method, path, json=body, headers=said, allow_redirects=False
        ) as answer:
            await answer.read()
            self._keep(answer)
            found = await answer.json(content_type=None) if "json" in answer.content_type else None
            return answer.status, found, answer

    async def sign_in(
        self, name: str, password: str = PASSWORD, code: str | None = None
    ) -> tuple[int, Any, aiohttp.ClientResponse]:
        """Sign in by name and password."""
        body = {"username": name, "password": password} | ({"code": code} if code else {})
        return await self.ask("POST", "/api/v1/session", body)

    @property
    def session(self) -> str:
        """The session's cookie."""
        return self.cookies.get(SESSION_COOKIE, "")

    @property
    def device(self) -> str:
        """The cookie of a browser that has signed in before."""
        return self.cookies.get(DEVICE_COOKIE, "")

    def _keep(self, answer: aiohttp.ClientResponse) -> None:
        for line in answer.headers.getall("Set-Cookie", []):
            self.lines.append(line)
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
