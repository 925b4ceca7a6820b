"""The body of a request, within its limits."""

import asyncio
from typing import BinaryIO

from aiohttp import hdrs, web

from ct112.web import kinds
from ct112.web.problems import Problem

BODY_SECONDS = 5.0  # to send it; shorter than a request may take, so that nobody blames the database
SLOWEST = 50_000  # bytes a second: what is large (a photo over a poor network) may take longer
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BYTES = "application/octet-stream"
BLOCK = 1024 * 1024  # bytes written at once


async def read(request: web.Request, most: int) -> bytes:
    """Return what was sent; 408 when it does not come, 400 when it breaks off, 413 too much, 415 packed.

    Only JSON by its type: no page elsewhere can make a browser send that without asking first.
    """
    if request.content_type != JSON:
        raise Problem(kinds.NOT_JSON, f"send the body as JSON, with Content-Type: {JSON}")
    return await _whole(request, most, kinds.NOT_JSON)


async def read_form(request: web.Request, most: int) -> bytes:
    """Return a form as it was sent; refusals as of `read`. For machines that sign what they send."""
    if request.content_type != FORM:
        raise Problem(kinds.NOT_FORM, f"send the body as a form, with Content-Type: {FORM}")
    return await _whole(request, most, kinds.NOT_FORM)


async def save(request: web.Request, most: int, seconds: float, file: BinaryIO) -> None:
    """Write a file that was sent to `file`, within `seconds`; refusals as of `read`.

    No page elsewhere can make a browser send this type without asking first.
    """
    if request.content_type != BYTES:
        raise Problem(kinds.NOT_BYTES, f"send the file as it is, with Content-Type: {BYTES}")
    _check(request, most, kinds.NOT_BYTES)
    size, block = 0, bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                block += chunk
                size += len(chunk)
                if size > most:
                    raise _too_large(most)
                if len(block) >= BLOCK:
                    await asyncio.to_thread(file.write, bytes(block))
                    block.clear()
            await asyncio.to_thread(file.write, bytes(block))
    except TimeoutError:
        raise Problem(kinds.SLOW_BODY, f"send the whole file within {seconds:g} s") from None
    except web.RequestPayloadError:
        raise Problem(kinds.INVALID, "the file broke off: send the whole of it") from None


def _check(request: web.Request, most: int, packed: kinds.Kind) -> None:
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower() != "identity":
        raise Problem(packed, "send the body as it is, not packed: leave Content-Encoding out")
    if (request.content_length or 0) > most:
        raise _too_large(most)


async def _whole(request: web.Request, most: int, packed: kinds.Kind) -> bytes:
    _check(request, most, packed)
    found = bytearray()
    seconds = BODY_SECONDS + most // SLOWEST
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                found += chunk
                if len(found) > most:
                    raise _too_large(most)
    except TimeoutError:
        raise Problem(kinds.SLOW_BODY, f"send the whole body within {seconds:g} s") from None
    except web.RequestPayloadError:
        raise Problem(kinds.INVALID, "the body broke off: send the whole of it") from None
    return bytes(found)


def _too_large(most: int) -> Problem:
    return Problem(kinds.TOO_LARGE, f"send at most {most} bytes")
