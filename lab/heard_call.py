"""One 112 call, answered and heard both ways: `python -m lab.heard_call --exchange HOST:PORT`.

The softphone's password comes on standard input. As soon as both hear each other, "heard" is printed and the
call goes on until standard input ends; then both listen again, "heard" is printed once more, and the caller
hangs up. Exit 1 with the reason when something of it did not happen.
"""

import argparse
import asyncio
import sys

from lab.operators import CITIZEN_TONES, OPERATOR_TONES
from lab.phones import Phone, PhoneCall, PhoneError, Phones

ANI = "081225550101"
REGISTER_TRIES = 40
ANSWER_SECONDS = 40.0


async def play(exchange: str, trunk_source: str, position: str, password: str) -> None:
    """Play it. Raises PhoneError or TimeoutError with what did not happen."""
    async with Phones("127.0.0.1") as desks, Phones(trunk_source) as citizens:
        desk = await _registered(desks, position, password, exchange)
        call = await citizens.call(f"sip:112@{exchange}", ANI, tone_hz=CITIZEN_TONES[0])
        await call.wait_for("established")
        at_desk = await (await desk.next_call(within=ANSWER_SECONDS)).wait_for("established")
        await _both_hear(call, at_desk, desk)
        await asyncio.to_thread(sys.stdin.read)
        await _both_hear(call, at_desk, desk)
        await call.hang_up()
        await at_desk.wait_for("closed")


async def _registered(desks: Phones, position: str, password: str, exchange: str) -> Phone:
    """Register the desk's phone; its account may still be on its way to Asterisk."""
    for _ in range(REGISTER_TRIES):
        try:
            return await desks.register(position, password, exchange, tone_hz=OPERATOR_TONES[0])
        except PhoneError:
            await asyncio.sleep(0.5)
    return await desks.register(position, password, exchange, tone_hz=OPERATOR_TONES[0])


async def _both_hear(call: PhoneCall, at_desk: PhoneCall, desk: Phone) -> None:
    await asyncio.gather(call.hears(desk.tone_hz), at_desk.hears(CITIZEN_TONES[0]))
    print("heard", flush=True)


def main() -> int:
    """Play it as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exchange", default="127.0.0.1:5060")
    parser.add_argument("--trunk-source", default="127.0.0.2")
    parser.add_argument("--position", default="pos-1")
    options = parser.parse_args()
    password = sys.stdin.readline().strip()
    try:
        asyncio.run(play(options.exchange, options.trunk_source, options.position, password))
    except (PhoneError, TimeoutError) as error:
        print(str(error) or type(error).__name__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
