"""What a fresh lab of `./run up` begins with, so that no screen is bare: a made city, names, a roster."""

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ct112.store import Connection, Store, operators, places, roster
from lab import made_city
from lab.api import Lab
from lab.service import PLACES

ZONE = ZoneInfo("Asia/Jakarta")
PEOPLE = {"operator-1": "Siti Aminah", "operator-2": "Budi Santoso", "operator-3": "Dewi Lestari"}
SHIFTS = ((7, 7), (14, 7), (21, 10))
"""When each operator's shift begins, and its hours."""
DAYS = 14


def is_due(lab: Lab) -> bool:
    """Return whether this lab has nothing of a city yet, and was given none of its own."""
    return PLACES not in os.environ and asyncio.run(_has_no_areas(lab.info["database_url"]))


def bring(lab: Lab) -> None:
    """Bring what a first day needs; for a lab whose database is up."""
    folder = lab.places.directory / "city"
    made_city.write(folder)
    lab.service().import_places(folder)
    asyncio.run(_people(lab.info["database_url"], datetime.now(ZONE)))


async def _has_no_areas(database_url: str) -> bool:
    store = await Store.create(database_url)
    try:
        async with store.transaction() as connection:
            return not await places.areas(connection)
    finally:
        await store.close()


async def _people(database_url: str, now: datetime) -> None:
    store = await Store.create(database_url)
    try:
        async with store.transaction() as connection:
            await name_and_plan(connection, now)
    finally:
        await store.close()


async def name_and_plan(connection: Connection, now: datetime) -> None:
    """Name the lab's operators, and plan the week of `now` and the next one."""
    for name, full_name in PEOPLE.items():
        await operators.set_full_name(connection, name, full_name)
    await roster.plan(connection, [*_duties(now)])


def _duties(now: datetime) -> Iterator[roster.RosterEntry]:
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    for day in range(DAYS):
        for operator, (begins, hours) in zip(PEOPLE, SHIFTS, strict=True):
            starts = monday + timedelta(days=day, hours=begins)
            ends = starts + timedelta(hours=hours)
            yield roster.RosterEntry(starts_at=starts, ends_at=ends, operator=operator)
