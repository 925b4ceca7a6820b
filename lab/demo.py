"""`./run demo`: three citizens call 112 and are heard by operators; one's fire reaches an agency."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Sequence
from typing import Any

from rich.console import Console

from ct112.store import Store
from lab.api import Lab
from lab.demo_agency import fire_reaches_damkar
from lab.demo_report import HEARD_SECONDS, Part, problems, show, verdict
from lab.free_ports import free_base
from lab.operators import CITIZEN_TONES, register_positions
from lab.phones import Behaviour, Phone, PhoneCall, PhoneError, Phones
from lab.places import Places
from lab.steps import Shown, StepFailed, step
from lab.supervise import as_interrupt
from lab.timeline import COLOURS, Citizen, Timeline, follow

RING_SECONDS = 1.0  # how long an operator lets it ring
TALK_SECONDS = 1.5
ANSWER_LIMIT_SECONDS = 25.0
ROW_LIMIT_SECONDS = 8.0


def cast() -> list[Part]:
    """Return who calls and what must come of it."""
    budi, siti, joko = (
        Citizen(name, ani, colour)
        for name, ani, colour in zip(
            ("Budi", "Siti", "Joko"), ("081225550101", "081225550102", "081225550103"), COLOURS, strict=True
        )
    )
    return [
        Part(budi, "listens, then presses 1", "emergency", "digit", "caller"),
        Part(siti, "presses 2 into the prompt", "urgent", "digit", "operator"),
        Part(joko, "says and presses nothing", "emergency", "silence", "caller"),
    ]


class Demo:
    """Plays the demo on a lab that is up."""

    def __init__(self, console: Console, lab: dict[str, Any]) -> None:
        self._console = console
        self._lab = lab
        self._timeline = Timeline(console)
        self._desks: dict[str, Phone] = {}

    async def play(self) -> bool:
        """Let the citizens call; return whether everything held."""
        parts = cast()
        store = await Store.create(self._lab["database_url"])
        try:
            async with Phones("127.0.0.1") as desks, Phones(self._lab["trunk_source"]) as citizens:
                await self._register(desks)
                await self._calls(store, citizens, parts)
        finally:
            await store.close()
        show(self._console, parts)
        return verdict(self._console, parts) and await self._agency(parts[0].citizen)

    async def _agency(self, citizen: Citizen) -> bool:
        """Bring the first caller's fire to an agency."""
        if citizen.row is None:
            return False
        there = await fire_reaches_damkar(self._console, self._lab, citizen.name, citizen.row.id)
        if there:
            self._console.print(
                "[green]✓[/green] One fire, from a citizen's call to the agency that put it out."
            )
        return there

    async def _register(self, desks: Phones) -> None:
        with step(Shown(self._console), "a phone with a wrong password is refused") as this:
            this.note = await self._refused(desks)
        with step(Shown(self._console), "operators' phones registered") as this:
            self._desks = await register_positions(desks, self._lab, Behaviour("answer", RING_SECONDS))
            this.note = "digest: " + ", ".join(self._desks)

    async def _refused(self, desks: Phones) -> str:
        position = self._lab["positions"][0]["sip_user"]
        try:
            await desks.register(position, "not the password", self._lab["sip"][0])
        except PhoneError as error:
            if error.status in (401, 403):
                return f"{error.status}"
            raise
        raise PhoneError("a wrong password was accepted")

    async def _calls(self, store: Store, citizens: Phones, parts: Sequence[Part]) -> None:
        self._console.print()
        self._timeline.start()
        people = [part.citizen for part in parts]
        following = asyncio.create_task(follow(store, people, self._timeline), name="timeline")
        try:
            playing = (
                self._guarded(part, self._one_call(citizens, part, hz))
                for part, hz in zip(parts, CITIZEN_TONES, strict=False)
            )
            await asyncio.gather(*playing)
            await self._until_written(parts)
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    async def _guarded(self, part: Part, playing: Awaitable[None]) -> None:
        try:
            await playing
        except (PhoneError, TimeoutError) as error:
            part.trouble.append(str(error) or type(error).__name__)
            self._timeline.tell(part.citizen, f"[red]{part.trouble[-1]}[/red]")

    async def _one_call(self, citizens: Phones, part: Part, hz: int) -> None:
        citizen = part.citizen
        self._timeline.tell(citizen, "dials 112")
        call = await citizens.call(
            f"sip:112@{self._lab['sip'][0]}", citizen.ani, name=citizen.name, tone_hz=hz
        )
        citizen.call = call
        await call.wait_for("established")
        if part.source == "digit":
            await self._press(part, call)
        desk, at_desk = await self._answered(citizen)
        part.took = desk.user
        await self._listen(part, call, desk, at_desk, hz)
        await asyncio.sleep(TALK_SECONDS)
        await (call if part.ended_by == "caller" else at_desk).hang_up()
        await asyncio.gather(call.wait_for("closed"), at_desk.wait_for("closed"))

    async def _press(self, part: Part, call: PhoneCall) -> None:
        """Press the key of the class, at once or when the menu has been heard."""
        if await call.hears_sound() < -40:
            raise PhoneError("the menu does not speak")
        if part.service_class == "urgent":
            await call.press("2")
            return
        await call.hears_quiet()
        await call.press("1")

    async def _answered(self, citizen: Citizen) -> tuple[Phone, PhoneCall]:
        """Return the desk that took the call, as its row says, and the call there."""
        try:
            await self._timeline.bell.until(lambda: citizen.answered_by() is not None, ANSWER_LIMIT_SECONDS)
        except TimeoutError:
            raise PhoneError(f"nobody answered within {ANSWER_LIMIT_SECONDS:g} s") from None
        desk = self._desks[citizen.answered_by() or ""]
        return desk, await desk.calls[-1].wait_for("established")

    async def _listen(self, part: Part, call: PhoneCall, desk: Phone, at_desk: PhoneCall, hz: int) -> None:
        """Find the tone of each in what the other receives."""
        at_citizen, at_operator = await asyncio.gather(call.hears(desk.tone_hz), at_desk.hears(hz))
        part.at_citizen, part.at_operator = at_citizen, at_operator
        for who, heard, whom in (
            (part.citizen.name, at_citizen, desk.user),
            (desk.user, at_operator, part.citizen.name),
        ):
            words = f"{who} hears {whom}'s tone of {heard.tone_hz:g} Hz"
            level = f"{heard.level_dbfs:.0f} dBFS, {heard.seconds:.2f} s without a break"
            mark = "[green]♪[/green]" if heard.for_at_least(HEARD_SECONDS) else "[red]✗[/red]"
            self._timeline.tell(part.citizen, f"{mark} {words} [dim]({level})[/dim]")

    async def _until_written(self, parts: Sequence[Part]) -> None:
        """Wait until the rows are complete; what is still wrong then is the verdict's."""
        with contextlib.suppress(TimeoutError):
            await self._timeline.bell.until(
                lambda: not any(problems(part) for part in parts), ROW_LIMIT_SECONDS
            )


def run(console: Console) -> int:
    """Bring a lab of our own up, play, and take it down whatever happens; return the exit code."""
    places = Places.from_environment()
    lab = Lab(places.directory / "demo", free_base(), progress=Shown(console))
    console.print("[bold]ct112[/bold]: a real 112 call, end to end\n")
    started, held = time.monotonic(), False
    try:
        info = lab.up()
        held = asyncio.run(Demo(console, info).play())
    finally:
        lab.remove() if held else lab.down()
    console.print(f"[dim]{time.monotonic() - started:.0f} s in all; nothing is left running.[/dim]")
    if not held:
        console.print(f"[red]The demo failed.[/red] The logs are in {lab.places.log}", soft_wrap=True)
    return 0 if held else 1


def main() -> int:
    """Run the demo; exit code 0 only when everything held."""
    as_interrupt()
    console = Console(highlight=False, width=max(Console().width, 132))
    try:
        return run(console)
    except (StepFailed, PhoneError) as error:
        console.print(f"[red]The demo failed:[/red] {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; nothing is left running")
        return 130


if __name__ == "__main__":
    sys.exit(main())
