"""The body of a request, within its limits."""

import asyncio

from aiohttp import hdrs, web

from ct112.web import kinds
from ct112.web.problems import Problem

BODY_SECONDS = 5.0  # to send it; shorter than a request may take, so that nobody blames the database
SLOWEST = 50_000  # bytes a second: what is large (a photo over a poor network) may take longer
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


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


async def _whole(request: web.Request, most: int, packed: kinds.Kind) -> bytes:
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower() != "identity":
        raise Problem(packed, "send the body as it is, not packed: leave Content-Encoding out")
    if (request.content_length or 0) > most:
        raise _too_large(most)
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
