"""Why an operator may be paused: a short list, in both languages."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.store.tables import PauseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReason:
    """A reason as it is offered."""

    code: str
    indonesian: str
    english: str


async def pause_reasons(connection: AsyncConnection) -> list[StoredReason]:
    """Return all reasons, in the order in which they are offered."""
    rows = await connection.execute(
        select(PauseReason.code, PauseReason.indonesian, PauseReason.english).order_by(
            PauseReason.place, PauseReason.code
        )
    )
    return [
        StoredReason(code=code, indonesian=indonesian, english=english) for code, indonesian, english in rows
    ]
