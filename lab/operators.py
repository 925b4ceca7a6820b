"""Simulated operators: `python -m lab.phones operators` lets every position's phone answer by itself."""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.phones import Behaviour, Phone, PhoneCall, PhoneError, PhoneEvent, Phones

OPERATOR_TONES = (523, 599, 683, 751, 823, 907)
"""What the operators' phones send, in Hz: none is another's harmonic, a dialling tone or a key."""
CITIZEN_TONES = (1103, 1301, 1409, 1511, 1607)
"""What the citizens' phones send, in Hz."""
FIRST_TRY_SECONDS = 15.0


async def register_positions(
    phones: Phones, lab: Mapping[str, Any], behaviour: Behaviour
) -> dict[str, Phone]:
    """Register the phone of every position of a lab; raises PhoneError when one cannot."""
    registered = {}
    for index, position in enumerate(lab["positions"]):
        tone_hz = OPERATOR_TONES[index % len(OPERATOR_TONES)]
        registered[position["name"]] = await register_position(phones, lab, position, behaviour, tone_hz)
    return registered


async def register_position(
    phones: Phones, lab: Mapping[str, Any], position: Mapping[str, str], behaviour: Behaviour, tone_hz: int
) -> Phone:
    """Register one phone at every node that runs; tries again while its account is on its way to Asterisk."""
    first, *others = exchanges(lab)
    phone = await _register(phones, first, position, behaviour, tone_hz, also=False)
    for exchange in others:
        await _register(phones, exchange, position, behaviour, tone_hz, also=True)
    return phone


def exchanges(lab: Mapping[str, Any]) -> list[str]:
    """Return where the nodes that run speak SIP, host:port; of a lab that is down, where all would."""
    pairs = zip(lab["sip"], lab["ari"], strict=True)
    return [sip for sip, ari in pairs if f"asterisk-{ari['name']}" in lab["pids"]] or list(lab["sip"])


async def _register(
    phones: Phones,
    exchange: str,
    position: Mapping[str, str],
    behaviour: Behaviour,
    tone_hz: int,
    *,
    also: bool,
) -> Phone:
    end = time.monotonic() + FIRST_TRY_SECONDS
    while True:
        try:
            return await phones.register(
                position["sip_user"],
                position["sip_password"],
                exchange,
                behaviour=behaviour,
                tone_hz=tone_hz,
                also=also,
            )
        except PhoneError:
            if phones.gone or time.monotonic() > end:
                raise
            await asyncio.sleep(0.5)


async def answer_calls(lab_json: Path, after: float) -> None:
    """Answer calls at every position until SIGTERM or SIGINT; raises PhoneError when the phones end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    lab = json.loads(await asyncio.to_thread(lab_json.read_text, "utf-8"))
    async with Phones("127.0.0.1") as phones:
        phones.on_event = _show
        registered = await register_positions(phones, lab, Behaviour("answer", after))
        _print("all registered:", ", ".join(registered))
        ending = asyncio.create_task(stop.wait(), name="stop")
        gone = asyncio.create_task(phones.wait_gone(), name="phones-gone")
        await asyncio.wait((ending, gone), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            ending.cancel()
            raise PhoneError("the phones' process ended by itself")
    await gone


def _show(call: PhoneCall, event: PhoneEvent) -> None:
    if event.what in ("incoming", "busy", "established", "closed"):
        _print(call.line, event.what)


def _print(*words: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {' '.join(words)}\n")
    sys.stdout.flush()


def main() -> None:
    """Parse the arguments and run until told to stop; exit code 1 when the phones cannot register."""
    parser = argparse.ArgumentParser(prog="python -m lab.phones", description=__doc__)
    operators = parser.add_subparsers(required=True).add_parser("operators", help=__doc__)
    operators.add_argument("--lab", type=Path, default=Path(".lab/lab.json"), help="the lab's lab.json")
    operators.add_argument("--after", type=float, default=1.0, help="seconds a phone rings before it answers")
    arguments = parser.parse_args()
    try:
        asyncio.run(answer_calls(arguments.lab, arguments.after))
    except (PhoneError, OSError) as error:
        sys.exit(f"simulated phones: {error}")
