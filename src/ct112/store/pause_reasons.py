"""Why an operator may be paused: a short list, in both languages. A retired one keeps its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ct112.store.names import PeopleError, PeopleTaken, PeopleUnknown, check_name
from ct112.store.tables import PauseReason

LONGEST_WORDS = 60  # characters
COLUMNS = (
    PauseReason.code,
    PauseReason.indonesian,
    PauseReason.english,
    PauseReason.place,
    PauseReason.retired,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReason:
    """A reason as it is offered, unless it is `retired`; `place` orders the list."""

    code: str
    indonesian: str
    english: str
    place: int
    retired: bool = False


async def pause_reasons(connection: AsyncConnection, *, retired: bool = False) -> list[StoredReason]:
    """Return the reasons in the order in which they are offered; `retired`: those as well."""
    query = select(*COLUMNS).order_by(PauseReason.place, PauseReason.code)
    if not retired:
        query = query.where(~PauseReason.retired)
    return [StoredReason(**row) for row in (await connection.execute(query)).mappings()]


async def add(
    connection: AsyncConnection, code: str, indonesian: str, english: str, place: int | None = None
) -> None:
    """Offer a reason, behind the others or at a place; one that was retired is offered again.

    Raises PeopleError.
    """
    check_name("pause reason", code)
    words = _checked({"indonesian": indonesian, "english": english})
    await _lock(connection)
    last = select(func.coalesce(func.max(PauseReason.place), 0) + 1).scalar_subquery()
    row = insert(PauseReason).values(code=code, place=last if place is None else place, **words)
    new = {"place": row.excluded.place, "retired": False, **words}
    added = row.on_conflict_do_update(
        index_elements=[PauseReason.code], set_=new, where=PauseReason.retired.is_(True)
    ).returning(PauseReason.code)
    if (await connection.execute(added)).first() is None:
        raise PeopleTaken(f"there is a pause reason {code} already: ct112 pause-reason rename {code}")


async def change(connection: AsyncConnection, code: str, **values: Any) -> None:
    """Change some of `indonesian`, `english`, `place`; the code stays. Raises PeopleError."""
    words = {name: value for name, value in values.items() if name != "place"}
    await _change(connection, code, {**values, **_checked(words)})


async def retire(connection: AsyncConnection, code: str) -> None:
    """Offer a reason no more; who is paused for it stays so. Raises PeopleError, for the last one too."""
    await _lock(connection)
    left = [reason.code for reason in await pause_reasons(connection)]
    if left == [code]:
        raise PeopleError(f"{code} is the only pause reason: add another one first (ct112 pause-reason add)")
    await _change(connection, code, {"retired": True})


async def _change(connection: AsyncConnection, code: str, values: Mapping[str, Any]) -> None:
    there = PauseReason.code == code
    changed = await connection.execute(
        update(PauseReason).where(there, ~PauseReason.retired).values(**values)
    )
    if changed.rowcount == 0:
        codes = ", ".join(reason.code for reason in await pause_reasons(connection))
        raise PeopleUnknown(f"there is no pause reason {ascii(code)[:80]}; there is: {codes}")


async def _lock(connection: AsyncConnection) -> None:
    """Let nobody else change the list meanwhile: two could retire the last two."""
    await connection.execute(text("LOCK TABLE pause_reason IN SHARE ROW EXCLUSIVE MODE"))


def _checked(words: Mapping[str, str]) -> dict[str, str]:
    """Return what is shown, without spaces around it. Raises PeopleError."""
    found = {name: shown.strip() for name, shown in words.items()}
    for name, shown in found.items():
        if not shown or len(shown) > LONGEST_WORDS or not shown.isprintable():
            raise PeopleError(f"the {name} words have 1 to {LONGEST_WORDS} printable characters")
    return found
