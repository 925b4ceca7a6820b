"""What neighbours are told of what they offered: leased rows, told in order, until the neighbour has them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, func, insert, text, update

from ct112.store import clean
from ct112.store.engine import Connection
from ct112.store.neighbour_tables import NeighbourAnswerRow

ANSWERS: Table = NeighbourAnswerRow.metadata.tables["neighbour_answer"]
LONGEST_PAUSE = 60  # seconds between two tries
FOLLOW = text(
    """
    INSERT INTO neighbour_answer (id, offer_id, status)
    SELECT gen_random_uuid(), o.id, said.status
    FROM neighbour_offer o
    JOIN incident i ON i.id = o.incident_id
    CROSS JOIN LATERAL (
        SELECT bool_or(status IN ('en_route', 'on_scene', 'done')) AS en_route,
            bool_or(on_scene_at IS NOT NULL) AS on_scene
        FROM dispatch WHERE incident_id = i.id
    ) d
    CROSS JOIN LATERAL (VALUES (1, 'en_route', d.en_route), (2, 'on_scene', d.on_scene),
        (3, 'done', i.status = 'closed')) said (place, status, holds)
    WHERE o.status = 'accepted' AND said.holds AND NOT EXISTS (
        SELECT FROM neighbour_answer a WHERE a.offer_id = o.id AND a.status = said.status
    )
    ORDER BY o.id, said.place
    ON CONFLICT DO NOTHING
    """
)
MERGED = text(
    """
    UPDATE neighbour_offer o SET incident_id = i.merged_into FROM incident i
    WHERE i.id = o.incident_id AND i.status = 'merged' AND o.status = 'accepted'
    """
)
DONE = text(
    """
    UPDATE neighbour_offer o SET status = 'done', version = version + 1 WHERE status = 'accepted'
    AND EXISTS (SELECT FROM neighbour_answer a WHERE a.offer_id = o.id AND a.status = 'done')
    """
)
LEASE = text(
    """
    UPDATE neighbour_answer SET lease_token = gen_random_uuid(), attempts = attempts + 1,
        leased_until = clock_timestamp() + :seconds
    FROM neighbour_offer o JOIN neighbour n ON n.code = o.neighbour
    WHERE o.id = neighbour_answer.offer_id AND neighbour_answer.id IN (
        SELECT a.id FROM neighbour_answer a JOIN (
            SELECT d.id, row_number() OVER (PARTITION BY its.neighbour
                ORDER BY d.leased_until > clock_timestamp() DESC NULLS LAST, d.due_at, d.seq) AS place
            FROM neighbour_answer d JOIN neighbour_offer its ON its.id = d.offer_id
            WHERE d.due_at <= clock_timestamp() AND NOT EXISTS (SELECT FROM neighbour_answer b
                WHERE b.offer_id = d.offer_id AND b.seq < d.seq AND b.due_at IS NOT NULL)
        ) queued ON queued.id = a.id
        WHERE queued.place <= :each AND a.due_at <= clock_timestamp()
        AND (a.leased_until IS NULL OR a.leased_until < clock_timestamp())
        ORDER BY a.due_at LIMIT :most FOR UPDATE OF a SKIP LOCKED
    )
    RETURNING neighbour_answer.id, neighbour_answer.status, neighbour_answer.reason,
        neighbour_answer.attempts, neighbour_answer.lease_token,
        o.dispatch, n.code AS neighbour, n.url, n.token
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedAnswer:
    """An answer this worker alone brings now. `dispatch`: the neighbour's; `id` is the Idempotency-Key."""

    id: UUID
    status: str
    reason: str | None
    attempts: int
    lease_token: UUID
    dispatch: UUID
    neighbour: str
    url: str
    token: str

    def __repr__(self) -> str:
        """Leave the token and the words out."""
        return f"LeasedAnswer({self.id}, {self.status})"


async def add(connection: Connection, offer: UUID, status: str, reason: str | None = None) -> None:
    """Have the neighbour told: acknowledged, or declined with a reason."""
    row = {"id": uuid4(), "offer_id": offer, "status": status}
    words = None if reason is None else clean.text(reason)[:500]
    await connection.execute(insert(ANSWERS).values(**row, reason=words))


async def follow(connection: Connection) -> None:
    """Have the neighbours told how far the incidents are that we accepted: once each."""
    await connection.execute(MERGED)
    await connection.execute(FOLLOW)
    await connection.execute(DONE)


async def lease(connection: Connection, most: int, each: int, seconds: float) -> list[LeasedAnswer]:
    """Take answers that are due, of each offer the first that was not brought yet.

    `each`: of one neighbour no more than these are under way, so that one that hangs keeps nobody waiting.
    """
    values = {"most": most, "each": each, "seconds": timedelta(seconds=seconds)}
    return [LeasedAnswer(**row) for row in (await connection.execute(LEASE, values)).mappings()]


async def settle(connection: Connection, leased: LeasedAnswer, outcome: str, *, over: bool) -> bool:
    """Write what came of it; False: it is somebody else's by now. Not `over`: it is tried again."""
    pause = timedelta(seconds=min(LONGEST_PAUSE, 2 ** min(leased.attempts, 6)))
    values: dict[str, Any] = {
        "outcome": clean.text(outcome)[:200],
        "due_at": None if over else func.clock_timestamp() + pause,
        "lease_token": None,
        "leased_until": None,
    }
    held = (ANSWERS.c.id == leased.id, ANSWERS.c.lease_token == leased.lease_token)
    done = await connection.execute(update(ANSWERS).where(*held).values(values))
    return bool(done.rowcount)
