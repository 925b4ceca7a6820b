"""A lab in a network of its own with `lo` alone: it starts, a call is answered, the doctor is content."""

import asyncio
import json
import sys
from pathlib import Path

from lab.api import Lab
from lab.phones import Phones
from lab.world import World
from tests.system.commands import ct112


async def told(lab: Lab) -> dict[str, object]:
    """Have a call answered, ask the doctor; return what came of it."""
    async with Phones("127.0.0.1") as desks, Phones("127.0.0.2") as citizens:
        world = World(lab, desks, citizens)
        (desk,) = await world.sit_down("pos-1")
        call = await world.dial_and_press("1")
        at_desk = await (await desk.next_call()).wait_for("established")
        await world.talk(call, desk, at_desk)
        await call.hang_up()
        await at_desk.wait_for("closed")
        outcome = (await world.ended(call))["outcome"]
        _, output, errors = await ct112(world, "doctor", "--offline", "--json")
    return {"outcome": outcome, "doctor": json.loads(output), "errors": errors}


def main(directory: Path, base: int) -> int:
    """Print what came of it, as JSON."""
    lab = Lab(directory, base)
    try:
        lab.up()
        print(json.dumps(asyncio.run(told(lab))))
    finally:
        lab.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
