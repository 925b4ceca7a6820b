"""The way of web and worker to serve: a mirror of the floor, and asks."""

import asyncio
import os
import random
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self

import aiohttp
import orjson
from pydantic import ValidationError

from ct112 import logs
from ct112.control.asks import Answer, AskRequest
from ct112.control.mirror import Gap, Mirror

log = logs.get("control")

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 3.0
CONNECT_SECONDS = 5.0
SNAPSHOT_SECONDS = 10.0
HEARTBEAT_SECONDS = 4.0  # a serve that hangs answers no ping: away after half as long again
ASK_SECONDS = 7.0  # a little longer than serve takes to say that it has no answer
LARGEST_MESSAGE = 64 * 1024 * 1024  # bytes: a snapshot of the largest floor there could be


NO_FEED = (Gap, ValueError, KeyError, TypeError, AttributeError)
"""What comes of a message that is missing, or is none of the feed."""


class ControlAway(RuntimeError):
    """serve cannot be asked now; the text says what that means and what to do."""


class ControlRefused(RuntimeError):
    """serve does not take this ask as it was sent: our mistake, or another version of ours."""


class Follower(Protocol):
    """Whoever hears of every message, once the mirror has taken it in."""

    def begun(self, mirror: Mirror) -> None:
        """There is a new snapshot: all from before is void."""
        ...

    def changed(self, change: Mapping[str, Any], message: bytes) -> None:
        """The mirror has changed; `message` is the same as it came."""
        ...

    def away(self) -> None:
        """Serve is away: what was last known may be wrong by now."""
        ...


class ControlClient:
    """Follows the feed and puts asks. `floor` is None while serve is away."""

    def __init__(self, url: str, token: str | None) -> None:
        """`url`: the address of serve, without a slash at its end. Nothing is connected yet."""
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._followers: list[Follower] = []
        self._session: aiohttp.ClientSession | None = None
        self._was_away = False
        self.floor: Mirror | None = None
        self.trouble = "not connected yet"  # why `floor` is None, in words

    def follow(self, follower: Follower) -> None:
        """Let somebody hear of every message from now on."""
        self._followers.append(follower)

    async def run(self) -> None:
        """Keep the mirror until cancelled; connects again for ever."""
        pause = FIRST_PAUSE_SECONDS
        async with aiohttp.ClientSession(headers=self._headers, trust_env=False) as session:
            self._session = session
            try:
                while True:
                    began = self.floor
                    try:
                        await self._follow(session)
                    except (aiohttp.ClientError, OSError, TimeoutError, *NO_FEED) as error:
                        self.trouble = _why(error)
                    if began is not self.floor:
                        pause = FIRST_PAUSE_SECONDS  # it had got as far as a snapshot
                    self._lost()
                    await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
                    pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            finally:
                self._session = None
                self._lost()

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Self]:
        """Be able to ask as long as the context lasts, without following the floor."""
        async with aiohttp.ClientSession(headers=self._headers, trust_env=False) as session:
            self._session = session
            try:
                yield self
            finally:
                self._session = None

    async def ask(
        self,
        kind: str,
        *,
        by: str,
        revision: int | None = None,
        id: uuid.UUID | None = None,  # noqa: A002 (the word of the contract)
        **fields: Any,
    ) -> Answer:
        """Return the floor's answer. Raises ControlAway; the same `id` may be asked again then.

        Raises ValueError when the fields do not fit the kind.
        """
        wanted = {"id": id or uuid.uuid4(), "by": by, "revision": revision, "ask": {"kind": kind, **fields}}
        request = AskRequest.model_validate(wanted)
        if self._session is None:
            raise ControlAway(AWAY)
        try:
            async with self._session.post(
                f"{self._url}/control/ask",
                data=request.model_dump_json(),
                headers={"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(ASK_SECONDS),
            ) as answer:
                body = await answer.read()
                if answer.status == 200:
                    return Answer.model_validate_json(body)
                if answer.status == 400:
                    raise ControlRefused("ct112 serve does not know this ask: are both of one version?")
                raise ControlAway(_status(answer.status))
        except ValidationError as error:
            raise ControlAway("what answers is not ct112 serve: correct CT112_SERVE_URL") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ControlAway(AWAY) from error

    async def _follow(self, session: aiohttp.ClientSession) -> None:
        """Follow one connection to its end."""
        async with asyncio.timeout(CONNECT_SECONDS) as limit:
            async with session.ws_connect(
                f"{self._url}/control/feed",
                heartbeat=HEARTBEAT_SECONDS,
                max_msg_size=LARGEST_MESSAGE,
                compress=0,
            ) as socket:
                limit.reschedule(asyncio.get_running_loop().time() + SNAPSHOT_SECONDS)
                self._begun(Mirror(orjson.loads(await socket.receive_str())))
                limit.reschedule(None)
                async for message in socket:
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        break
                    self._take(message.data)
                self.trouble = f"the feed ended ({socket.close_code})"

    def _begun(self, mirror: Mirror) -> None:
        self.floor, self.trouble, self._was_away = mirror, "", True
        log.info("the feed begins", boot=mirror.boot, revision=mirror.revision)
        for follower in self._followers:
            follower.begun(mirror)

    def _take(self, message: str) -> None:
        assert self.floor is not None
        change = orjson.loads(message)
        if change.get("kind") == "snapshot":
            self._begun(Mirror(change))
            return
        self.floor.take(change)
        data = message.encode()
        for follower in self._followers:
            follower.changed(change, data)

    def _lost(self) -> None:
        if self.floor is None:
            return
        self.floor = None
        log.warning("serve is away", reason=self.trouble)
        for follower in self._followers:
            follower.away()


AWAY = (
    "ct112 serve cannot be asked now; calls may be handled all the same. Ask again in a moment, "
    "with the same id if this was an ask."
)


def _why(error: BaseException) -> str:
    """Return why the feed ended, without what was in it, and without addresses: web's /readyz shows it."""
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return _status(error.status)
    if isinstance(error, NO_FEED):
        return f"a message is missing or is none of the feed ({type(error).__name__})"
    if isinstance(error, OSError) and error.errno:
        return f"ct112 serve cannot be reached: {os.strerror(error.errno)}"
    return type(error).__name__


def _status(status: int) -> str:
    """Return what it means that serve does not answer 200."""
    if status in (401, 403, 429):
        return f"ct112 serve refuses the token ({status}): set the same CT112_CONTROL_TOKEN for both"
    return f"ct112 serve answers {status}: see ct112 doctor"
