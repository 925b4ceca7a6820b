"""The job that tells neighbouring centres what became of what they offered us.

Any number of workers may do it at once. A neighbour that is away is told when it is back, in order.
"""

import asyncio
from collections.abc import Sequence

import aiohttp

from ct112 import logs
from ct112.incidents.destinations import Network, url_trouble
from ct112.store import Store, neighbour_answers
from ct112.store.neighbour_answers import LeasedAnswer
from ct112.worker import webhook

log = logs.get("neighbours")

EVERY_SECONDS = 1.0
LEASE_SECONDS = 15.0
AT_ONCE = 20
TRY_AGAIN = frozenset({401, 403, 408, 425, 429})
"""What may be mended at the neighbour or in its registration; other 4xx say that it knows better by now."""


class NeighbourAnswerer:
    """Brings the answers that are due."""

    def __init__(self, store: Store, networks: Sequence[Network]) -> None:
        """`networks`: those of the house that may be reached."""
        self._store = store
        self._networks = tuple(networks)

    async def work(self) -> None:
        """See how far we are, and bring what is due. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            await neighbour_answers.follow(connection)
            taken = await neighbour_answers.lease(connection, AT_ONCE, LEASE_SECONDS)
        if not taken:
            return
        async with webhook.session(self._networks) as http:
            await asyncio.gather(*(self._bring(http, answer) for answer in taken))

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
                return str(got.status), 200 <= got.status < 300 or _final(got.status)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return type(error).__name__, False


def _final(status: int) -> bool:
    return 400 <= status < 500 and status not in TRY_AGAIN
