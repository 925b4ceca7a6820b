"""The people of a lab: those it has, and those a test makes for itself so that no other test meets them."""

import asyncio
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from ct112.web.access.principal import Role
from lab.phones import ANSWER, Behaviour, Phone, PhoneError
from lab.world import World, eventually

KNOWN_SECONDS = 30  # until the floor has heard of somebody new: a safety net


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in. An operator also has a position and the account of its softphone."""

    name: str
    password: str = field(repr=False)
    position: str = ""
    sip_password: str = field(default="", repr=False)


class People:
    """Makes people through the API, as an admin would; `ask` is that API as whomever a test likes."""

    def __init__(self, info: Mapping[str, Any]) -> None:
        self._info = info
        self._http = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End; whom we made stays in the lab."""
        await self._http.close()

    def of_lab(self, name: str) -> Person:
        """Return one of the lab's own: admin, supervisor, operator-1 to -3, damkar, pmi, sensor."""
        user = self._info["users"][name]
        return Person(user["username"], user["password"])

    async def account(self, role: Role, **stands_for: str) -> Person:
        """Make an account of this role; an agency's needs `agency`."""
        person = Person(_unused(role.value), f"sandi {uuid.uuid4()}")
        body = {"name": person.name, "role": role, "password": person.password, **stands_for}
        await self.ask("POST", "/accounts", body)
        return person

    async def operator(self, full_name: str = "", *, sits: bool = True, ready: bool = True) -> Person:
        """Make an operator with an account and a position of their own, and let them sit there."""
        name, password = _unused("op"), f"sandi {uuid.uuid4()}"
        await self.ask("POST", "/operators", {"name": name, "full_name": full_name or name})
        made = await self.ask("POST", "/positions", {"name": f"pos-{name}"})
        account = {"name": name, "role": Role.OPERATOR, "operator": name, "password": password}
        await self.ask("POST", "/accounts", account)
        person = Person(name, password, made["name"], made["sip_password"])
        if sits:
            await self.sit(person, ready=ready)
        return person

    async def sit(self, person: Person, *, ready: bool = True) -> None:
        """Let an operator sit at their position, as soon as the floor knows both."""
        path, body = f"/positions/{person.position}/operator", {"operator": person.name, "ready": ready}

        async def seated() -> bool:
            status, said = await self._answer("PUT", path, body, "admin")
            assert status in (202, 404), said  # 404: made a moment ago, the floor has not heard of it
            return status == 202

        await eventually(seated, bool, KNOWN_SECONDS, f"{person.name} sits")

    async def leave(self, person: Person) -> None:
        """Let an operator go home: calls go to others again."""
        await self.ask("DELETE", f"/positions/{person.position}/operator")

    async def ask(
        self, method: str, path: str, body: Any = None, *, by: str = "admin", version: int | None = None
    ) -> Any:
        """Ask the API (`path` below /api/v1) as a user of the lab; return the body of what is granted.

        `version`: of what is changed, as it was read.
        """
        status, said = await self._answer(method, path, body, by, version)
        assert status < 400, f"{method} {path}: {status} {said}"
        return json.loads(said) if said else None

    async def _answer(
        self, method: str, path: str, body: Any, by: str, version: int | None = None
    ) -> tuple[int, str]:
        token = self._info["users"][by]["token"]
        url, headers = f"{self._info['web']}/api/v1{path}", {"Authorization": f"Bearer {token}"}
        headers |= {} if version is None else {"If-Match": f'"{version}"'}
        async with self._http.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.text()


def _unused(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


async def softphone(world: World, person: Person, behaviour: Behaviour = ANSWER) -> Phone:
    """Register the desk's softphone as soon as Asterisk knows its account."""
    end = asyncio.get_running_loop().time() + KNOWN_SECONDS
    while True:
        try:
            return await world.desks.register(
                person.position, person.sip_password, world.exchange, behaviour=behaviour
            )
        except PhoneError:
            assert asyncio.get_running_loop().time() < end, "Asterisk does not know the account"
            await asyncio.sleep(0.3)
