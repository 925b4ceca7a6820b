"""Call-backs over HTTP: the list, and taking one."""

import asyncio
import re
from collections.abc import Callable

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ct112.http.problems import explained, problem
from ct112.web.model import CallbackQuery, CallbacksSource, Conflict, NotFound

ID = re.compile(r"[0-9]{1,19}")
LARGEST_ID = 2**63 - 1
BODY_SECONDS = 5.0  # to send it; shorter than a request may take, so that nobody blames the database


class Taking(BaseModel):
    """Who takes it."""

    model_config = ConfigDict(extra="forbid")

    operator: str = Field(min_length=1, max_length=64)


class CallbackSite:
    """The handlers; `refusal` says why a request may not."""

    def __init__(
        self, callbacks: CallbacksSource, refusal: Callable[[web.Request], web.Response | None]
    ) -> None:
        self._callbacks = callbacks
        self._refusal = refusal

    async def list_callbacks(self, request: web.Request) -> web.Response:
        """What is to be done, the most urgent first; `withheld`: callers of a day without a number."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            wanted = CallbackQuery.model_validate(dict(request.query))
            page = await self._callbacks.tasks(**wanted.model_dump())
        except ValidationError as error:
            return problem(400, "bad query", explained(error))
        except NotFound:
            return problem(404, "no such call-back", "use `next` of the page before as `after`")
        return web.json_response(page.model_dump(mode="json"))

    async def take(self, request: web.Request) -> web.Response:
        """The operator's phone rings, then the caller's."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        number = request.match_info["id"]
        if not (ID.fullmatch(number) and int(number) <= LARGEST_ID):
            return problem(404, "no such call-back", "use an id from GET /api/v1/callbacks")
        try:
            taking = Taking.model_validate_json(await _body(request))
            task = await self._callbacks.take(int(number), taking.operator)
        except ValidationError as error:
            return problem(400, "bad request", f'send {{"operator": "name"}}: {explained(error)}')
        except Conflict as error:
            return problem(409, "not now", str(error))
        return web.json_response(task.model_dump(mode="json"), status=202)


async def _body(request: web.Request) -> bytes:
    """Return what was sent; 408 when it does not come, 400 when it cannot be unpacked."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError:
        raise web.HTTPBadRequest from None
