"""Asking an OpenID Connect provider: bounded in time and size, for it may be hostile, or not be there."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

ANSWER_SECONDS = 5.0  # for one answer of the provider
LARGEST_ANSWER = 256 * 1024


class ProviderError(Exception):
    """Signing in through the provider did not work; the text is for the log, and holds nothing personal."""


def is_address(value: object) -> bool:
    """Return whether this is an address of HTTP, and nothing that breaks a header."""
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value
    except ValueError:
        return False


async def asked(address: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object at an address. Raises ProviderError."""
    limits = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=limits) as session,
            session.request(
                "GET" if form is None else "POST", address, data=form, allow_redirects=False
            ) as answer,
        ):
            if answer.status != 200:
                raise ProviderError(f"the provider answers {answer.status}")
            body = await _whole(answer)
        found = await asyncio.to_thread(_object, body)
    except TimeoutError as error:
        raise ProviderError("the provider does not answer in time") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise ProviderError(f"the provider cannot be asked: {type(error).__name__}") from error
    return found


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """Return all of an answer: it comes in as many parts as the network makes. Raises ProviderError."""
    found = bytearray()
    async for part in answer.content.iter_any():
        found += part
        if len(found) > LARGEST_ANSWER:
            raise ProviderError(f"the provider says more than {LARGEST_ANSWER} bytes")
    return bytes(found)


def _object(body: bytes) -> dict[str, Any]:
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 (what was sent is wrong, not the type of a call)
    return found
