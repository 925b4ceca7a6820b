"""`./run containers`: builds the images, brings them up, calls, breaks things, ends it all."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lab import processes
from lab.containers import images, second_life
from lab.containers.calls import Callers, untouched
from lab.containers.city import CARRIER, City
from lab.containers.engine import Engine, folder
from lab.free_ports import free_base, give_back
from lab.phones import PhoneError, Phones
from lab.steps import Shown, Step, StepFailed, step
from lab.supervise import as_interrupt

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False, width=max(Console().width, 120))


ENCRYPTED = "encrypted"
DRILLS = ("killed", "upgraded", "cold", "restored", ENCRYPTED)


class Proof:
    """The steps in their order; each is shown, timed and kept for the table."""

    def __init__(self, engine: Engine, city: City) -> None:
        """Nothing is done yet."""
        self.steps: list[Step] = []
        self.seconds: dict[str, float] = {}
        self._shown = Shown(console)
        self._engine = engine
        self._city = city

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Show and time the block."""
        with step(self._shown, name) as this:
            yield this
        self.done(this)

    def done(self, this: Step) -> None:
        """Keep a step that is done."""
        self.steps.append(this)
        self.seconds[this.name] = round(this.seconds(), 1)

    def begin(self, step: Step) -> None:
        """Show that a step of the images began."""
        self._shown.begin(step)

    def failed(self, step: Step, error: BaseException) -> None:
        """Show that it failed."""
        self._shown.failed(step, error)

    def images(self) -> None:
        """Make the images; each is a step."""
        images.make(self._engine, _Kept(self, self._shown))

    def brought_up(self, commands: Path | None) -> dict[str, str]:
        """From `.env` to ready by one command, then people; return the phones' passwords."""
        city = self._city
        city.write()
        passwords: dict[str, str] = {}
        with self.step("up: from .env to ready") as this:
            if commands is None:
                city.up()
                this.note = "one command"
            else:
                passwords = city.by_the_book(commands)
                this.note = "by the commands of docs/install.md, with a position, an operator and an admin"
            city.wait_ready()
        with self.step("as compose.yaml says: not root, nothing to write to, no secret") as this:
            faults = city.faults()
            if faults:
                raise StepFailed("; ".join(faults), "see docker/compose.yaml")
        with self.step("the other compose reads the same file") as this:
            seen = images.second_compose(self._engine, city.folder)
            mine = sorted(city.compose("config", "--services").split())
            if seen != mine:
                raise StepFailed(f"one sees {seen}, the other {mine}", "see docker/compose.yaml")
            this.note = city.compose("version", "--short") + " here, 2 of Debian 13 there"
        with self.step("up again changes nothing"):
            before = [city.identity(service) for service in ("asterisk", "serve")]
            city.up()
            if before != [city.identity(service) for service in ("asterisk", "serve")]:
                raise StepFailed("a container was made anew", "see what configuration changed")
        with self.step("positions, operators, an admin"):
            return passwords | city.staff(admin=commands is None, sitting=passwords)

    async def played(self, passwords: dict[str, str], drills: Sequence[str]) -> None:
        """Call, and break things."""
        async with Phones("127.0.0.1") as desks, Phones(CARRIER) as carrier:
            callers = Callers(self._city, carrier, desks, passwords)
            with self.step("phones registered"):
                await callers.register()
            with self.step("ct112 doctor") as this:
                said = await asyncio.to_thread(self._city.inside, "serve", "ct112", "doctor")
                this.note = f"{said.count('✓')} ✓, {said.count('!')} !, no ✗"
            with self.step("three calls from the carrier") as this:
                this.note = await callers.three_calls()
            for name in (name for name in drills if name != ENCRYPTED):
                await getattr(self, f"_{name}")(callers)
        if ENCRYPTED in drills:  # with phones of its own: the others have left
            await self._encrypted(passwords)

    async def _killed(self, callers: Callers) -> None:
        with self.step("serve killed with a caller waiting") as this:
            call = await callers.waiting()
            since = time.monotonic()
            await asyncio.to_thread(self._city.kill, "serve")
            this.note = await callers.reaches_a_person(call, since)
            await callers.end(call)
            await asyncio.to_thread(self._city.wait_ready)

    async def _upgraded(self, callers: Callers) -> None:
        city = self._city
        with self.step("upgraded to rebuilt images with a talk going on") as this:
            call, tone, phone, at_desk = await callers.talk()
            await call.diary((phone.tone_hz,))
            await at_desk.diary((tone,))
            since = time.time()
            before = city.identity("asterisk"), city.identity("serve")
            context = self._engine.folder / "context"
            for target in ("ct112", "asterisk"):
                await asyncio.to_thread(
                    images.build, self._engine, context, target, label=str(time.time_ns())
                )
            await asyncio.to_thread(city.upgrade)
            await asyncio.to_thread(city.wait_ready)
            after = city.identity("asterisk"), city.identity("serve")
            if before[0] != after[0] or before[1] == after[1]:
                raise StepFailed("Asterisk was made anew, or serve was not", "see compose.yaml")
            this.note = await untouched(call, phone.tone_hz, since)
            await untouched(at_desk, tone, since)
            await callers.end(call)

    async def _cold(self, callers: Callers) -> None:
        city = self._city
        with self.step("a node nobody has seen, while serve restarts") as this:
            await asyncio.to_thread(city.forget_node)
            await asyncio.to_thread(city.kill, "serve")
            await asyncio.to_thread(city.up)
            await asyncio.to_thread(city.wait_ready)
            await callers.register()
            ready = this.seconds()
            call, _, _, _ = await callers.talk()
            this.note = f"registered after {ready:.1f} s, answered and heard after {this.seconds():.1f} s"
            await callers.end(call)

    async def _restored(self, callers: Callers) -> None:
        with self.step("restored on an empty host from its backup") as this:
            before = await asyncio.to_thread(second_life.backed_up, self._city)
            await asyncio.to_thread(second_life.restored, self._city)
            after = await asyncio.to_thread(self._city.rows, second_life.RECORDS)
            if after != before:
                raise StepFailed(f"{len(before)} records before, {len(after)} after, or others", "see both")
            await callers.register()
            call, _, _, _ = await callers.talk()
            this.note = (
                f"{len(after)} records as they were; answered and heard with the phones' old passwords"
            )
            await callers.end(call)

    async def _encrypted(self, passwords: dict[str, str]) -> None:
        with self.step("certificates: web, phones and sound encrypted") as this:
            authority = await asyncio.to_thread(second_life.encrypted, self._city)
            this.note = await second_life.call_encrypted(self._city, passwords, authority)

    def recorded(self, calls: int) -> None:
        """Demand a complete row for every call there was."""
        with self.step("the records") as this:
            rows = self._city.rows(
                "SELECT outcome, answered_at IS NOT NULL, ended_at IS NOT NULL FROM call_record"
            )
            bad = [row for row in rows if row != ["answered", "t", "t"]]
            if len(rows) != calls or bad:
                raise StepFailed(
                    f"{len(rows)} rows, not {calls}; not answered and ended: {bad}", "see the logs"
                )
            this.note = f"{calls} calls, {calls} answered"
        with self.step("all healthy"):
            sick = self._city.unhealthy()
            if sick:
                raise StepFailed(f"not healthy: {', '.join(sick)}", "docker inspect says what the check said")


class _Kept:
    """Shows the steps of the images and keeps them."""

    def __init__(self, proof: Proof, shown: Shown) -> None:
        self._proof = proof
        self._shown = shown

    def begin(self, step: Step) -> None:
        self._shown.begin(step)

    def done(self, step: Step) -> None:
        self._shown.done(step)
        self._proof.done(step)

    def failed(self, step: Step, error: BaseException) -> None:
        self._shown.failed(step, error)


def run(engine: Engine, drills: Sequence[str], commands: Path | None) -> tuple[bool, Proof]:
    """Prove it all, and end everything whatever happens; return whether all held."""
    base = free_base()
    city = City(engine, base)
    proof, held = Proof(engine, city), False
    try:
        with proof.step("an engine of our own"):
            engine.start()
        proof.images()
        passwords = proof.brought_up(commands)
        asyncio.run(proof.played(passwords, drills))
        proof.recorded(3 + len(drills))
        with proof.step("down"):
            city.down()
        held = True
    except (StepFailed, PhoneError, TimeoutError) as error:
        console.print(f"[red]✗[/red] {error or type(error).__name__}", soft_wrap=True)
        if engine.mounts():
            console.print(f"what the containers said: {city.keep_logs()}", soft_wrap=True)
    finally:
        with processes.uninterrupted():
            engine.stop()
            give_back(base)
    with proof.step("nothing left") as this:
        left = engine.left()
        if left:
            raise StepFailed(", ".join(left), "end it by hand")
        this.note = f"but the images in {engine.data}"
    return held, proof


@app.command()
def main(
    quick: Annotated[
        bool, typer.Option("--quick", help="Up, doctor and three calls; nothing breaks.")
    ] = False,
    drill: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(DRILLS)} alone; repeat for several.")
    ] = None,
    commands: Annotated[
        Path | None, typer.Option(help="Bring it up by this script, the commands of docs/install.md.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write steps and times here too.")] = None,
) -> None:
    """Prove the containers; exit 1 when anything does not hold."""
    if set(drill or ()) - set(DRILLS):
        raise typer.BadParameter(f"there are {', '.join(DRILLS)}", param_hint="--drill")
    started = time.monotonic()
    held, proof = run(Engine(folder()), () if quick else drill or DRILLS, commands)
    total = time.monotonic() - started
    table = Table("step", "seconds", "", box=None, title="./run containers", title_justify="left")
    for this in proof.steps:
        table.add_row(this.name, f"{proof.seconds[this.name]:.1f}", this.note)
    console.print(table)
    console.print(f"{total:.0f} s in all")
    if json_file is not None:
        rows = [{"step": s.name, "seconds": proof.seconds[s.name], "note": s.note} for s in proof.steps]
        text = json.dumps({"held": held, "seconds": round(total, 1), "steps": rows}, indent=1)
        json_file.write_text(text + "\n", "utf-8")
    if not held:
        raise typer.Exit(1)


if __name__ == "__main__":
    as_interrupt()
    sys.exit(app())
