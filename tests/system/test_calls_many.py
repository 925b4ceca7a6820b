"""Many calls at once, from SIPp, while the database is away."""

import asyncio
import subprocess
from datetime import UTC, datetime

from lab.world import POSTGRES, World, eventually

CALLS, RATE, TALK_MS = 200, 10, 3000
AWAY_SECONDS = 20


async def test_two_hundred_calls_with_the_database_away_in_the_middle(world: World) -> None:
    (node,) = world.lab.nodes()
    began = datetime.now(UTC)
    sipp = await asyncio.create_subprocess_exec(
        *("sipp", f"127.0.0.1:{node.ports.sip}", "-i", "127.0.0.2", "-s", "112", "-sn", "uac", "-nostdin"),
        *("-m", str(CALLS), "-r", str(RATE), "-d", str(TALK_MS)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=node.places.log,
    )
    await asyncio.sleep(5)
    await world.stop(POSTGRES)
    await asyncio.sleep(AWAY_SECONDS)
    await world.start(POSTGRES)
    async with asyncio.timeout(40):
        assert await sipp.wait() == 0, "a call failed"

    async def complete() -> int:
        found = await world.query(
            "SELECT count(*) AS n FROM call_record WHERE arrived_at > $1 AND ended_at IS NOT NULL", began
        )
        return int(found[0]["n"])

    await eventually(complete, lambda count: count >= CALLS, 20, "all rows are complete")
    rows = await world.query("SELECT * FROM call_record WHERE arrived_at > $1", began)
    assert len(rows) == CALLS
    for row in rows:
        times = [row[name] for name in ("arrived_at", "picked_up_at", "queued_at", "answered_at", "ended_at")]
        known = [time for time in times if time is not None]
        assert known == sorted(known)
        kinds = [kind for kind, _ in await world.facts(row)]
        assert (kinds[0], kinds[-1]) == ("arrived", "ended")
        assert kinds.count("arrived") == kinds.count("ended") == 1
