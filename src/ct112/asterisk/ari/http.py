"""Requests over plain HTTP, for answers that may be long.

Asterisk 22.10.1 builds a reply to a websocket request on a thread's stack: past about half a megabyte
(245 calls with a location each) it segfaults. A reply over HTTP is built on the heap.
"""

import aiohttp
from yarl import URL

from ct112.asterisk.ari.errors import AriError, Disconnected, RequestTimeout, Unreadable
from ct112.asterisk.ari.replies import parse, value_of
from ct112.asterisk.ari.request import Request

FETCH_SECONDS = 10.0
LARGEST = 64 * 1024 * 1024  # bytes of an answer; a thousand channels are about 2 MB


class Http:
    """One Asterisk's ARI over HTTP, on a session that others use too."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        """`url` ends in …/ari; `headers` authenticate us."""
        self._session = session
        self._url = url
        self._headers = headers

    async def fetch(self, request: Request, seconds: float = FETCH_SECONDS) -> object:
        """Send a request and return its parsed reply. Raises AriError, as over the websocket."""
        what = f"{request.method} {request.path}"
        try:
            return value_of(await self._answer(request, seconds))
        except TimeoutError as error:
            raise RequestTimeout(f"{what}: no reply in time") from error
        except AriError:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Disconnected(f"{what}: {error or type(error).__name__}") from error

    async def _answer(self, request: Request, seconds: float) -> object:
        async with self._session.request(
            request.method,
            URL(f"{self._url}/{request.uri}", encoded=True).extend_query(request.query),
            json=request.body,
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=seconds),
            allow_redirects=False,
        ) as response:
            body = bytearray()
            async for part in response.content.iter_any():
                body += part
                if len(body) > LARGEST:
                    return Unreadable(f"{response.status}, and a body of more than {LARGEST} bytes")
            return parse(response.status, bytes(body), response.reason or "")
