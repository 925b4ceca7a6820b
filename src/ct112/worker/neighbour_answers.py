"""The job that tells neighbouring centres what became of what they offered us.

Any number of workers may do it at once. A neighbour that is away is told when it is back, in order; one
that hangs keeps the others waiting for nothing: what was begun goes on beside what comes next.
"""

import asyncio
from collections.abc import Sequence

import aiohttp

from ct112 import logs
from ct112.incidents.destinations import Network, url_trouble
from ct112.store import Store, StoreUnavailable, neighbour_answers
from ct112.store.neighbour_answers import LeasedAnswer
from ct112.worker import webhook

log = logs.get("neighbours")

EVERY_SECONDS = 1.0
LEASE_SECONDS = 15.0
AT_ONCE = 100
EACH = 5  # of one neighbour, under way at once
OVER = frozenset({409, 410, 422})
"""The neighbour knows better by now; but 409 with Retry-After asks for the same again."""
TRY_AGAIN = frozenset({401, 403, 408, 425, 429})
"""What is tried until it is mended, at the neighbour or in its registration."""
MOST_TRIES = 1440
"""Other 4xx, as of a wrong address, are tried for a day: by then it is no use to anybody."""


class NeighbourAnswerer:
    """Brings the answers that are due."""

    def __init__(self, store: Store, networks: Sequence[Network]) -> None:
        """`networks`: those of the house that may be reached."""
        self._store = store
        self._networks = tuple(networks)
        self._under_way: set[asyncio.Task[None]] = set()
        self._answers = 0

    async def work(self) -> None:
        """See how far we are, and begin to bring what is due. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            await neighbour_answers.follow(connection)
            taken = await neighbour_answers.lease(
                connection, max(AT_ONCE - self._answers, 0), EACH, LEASE_SECONDS
            )
        if taken:
            task = asyncio.create_task(self._all(taken), name="answers to neighbours")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _all(self, taken: Sequence[LeasedAnswer]) -> None:
        self._answers += len(taken)
        try:
            async with webhook.session(self._networks) as http:
                await asyncio.gather(*(self._one(http, answer) for answer in taken))
        finally:
            self._answers -= len(taken)

    async def _one(self, http: aiohttp.ClientSession, answer: LeasedAnswer) -> None:
        """Bring one; whatever goes wrong, its lease ends, it is tried again, and the others go on."""
        try:
            await self._bring(http, answer)
        except StoreUnavailable as error:
            log.warning("an answer waits for the database", answer=str(answer.id), reason=str(error))
        except Exception as error:
            log.exception("an answer broke", answer=str(answer.id), error=type(error).__name__)

    async def _bring(self, http: aiohttp.ClientSession, answer: LeasedAnswer) -> None:
        outcome, over = await self._posted(http, answer)
        async with self._store.transaction() as connection:
            held = await neighbour_answers.settle(connection, answer, outcome, over=over)
        log.info(
            "an answer to a neighbour", answer=str(answer.id), neighbour=answer.neighbour, over=over and held
        )

    async def _posted(self, http: aiohttp.ClientSession, answer: LeasedAnswer) -> tuple[str, bool]:
        """Post it; return what came of it, and whether that was all."""
        trouble = url_trouble(answer.url, self._networks)
        if trouble is not None:
            return f"the URL {trouble[0]}: {trouble[1]}", False
        url = f"{answer.url.rstrip('/')}/api/v1/dispatches/{answer.dispatch}/status"
        body = {"status": answer.status} | ({} if answer.reason is None else {"reason": answer.reason})
        headers = {"Authorization": f"Bearer {answer.token}", "Idempotency-Key": str(answer.id)}
        try:
            async with http.post(url, json=body, headers=headers, allow_redirects=False) as got:
                return str(got.status), _final(got, answer.attempts)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return type(error).__name__, False


def _final(got: aiohttp.ClientResponse, attempts: int) -> bool:
    if got.status in OVER:
        return "Retry-After" not in got.headers
    worn = 400 <= got.status < 500 and got.status not in TRY_AGAIN and attempts >= MOST_TRIES
    return worn or 200 <= got.status < 300
