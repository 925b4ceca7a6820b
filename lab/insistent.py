"""Somebody at a page of ct112 who sends again until there is an answer, as consoles and agencies do."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.2


class Insistent:
    """The API of ct112 web, asked again while web or the database is away. `sent`: how often in all."""

    def __init__(self, http: aiohttp.ClientSession, url: str, tokens: Mapping[str, str]) -> None:
        """`url`: of web; `tokens`: of those who ask, by name."""
        self._http = http
        self._url = f"{url}/api/v1"
        self._tokens = tokens
        self.sent = 0

    async def ask(
        self, as_: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return what was answered. Raises as `answer`."""
        return (await self.answer(as_, method, path, body, headers))[1]

    async def answer(
        self, as_: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Return status and body. Raises RuntimeError for a refusal, and when nobody answers for long."""
        end = time.monotonic() + PATIENCE_SECONDS
        last = "no answer"
        while time.monotonic() < end:
            self.sent += 1
            try:
                status, body_ = await self._once(as_, method, path, body, headers or {})
            except (aiohttp.ClientError, TimeoutError) as error:
                last = type(error).__name__
            else:
                if status < 300:
                    return status, body_
                last = f"{status}: {body_}"
                if status < 500 and status != 429:
                    break
            await asyncio.sleep(PAUSE_SECONDS)
        raise RuntimeError(f"{method} {path} as {as_}: {last}")

    async def _once(
        self, as_: str, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        said = {"Authorization": f"Bearer {self._tokens[as_]}", **headers}
        async with self._http.request(method, self._url + path, json=body, headers=said) as answer:
            return answer.status, await answer.json(content_type=None)


@asynccontextmanager
async def insistent(url: str, tokens: Mapping[str, str]) -> AsyncIterator[Insistent]:
    """Give somebody at this page."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as http:
        yield Insistent(http, url, tokens)


def tokens(info: Mapping[str, Any]) -> dict[str, str]:
    """Return the tokens of a lab's users. `info`: lab.json."""
    return {name: user["token"] for name, user in info["users"].items()}
