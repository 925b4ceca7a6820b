"""An agency is called: a real phone behind the carrier hears the place read out, and a key accepts."""

import asyncio
import subprocess
import uuid
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import pytest

from ct112.control.client import ControlClient
from ct112.incidents import spoken
from ct112.incidents.incident import Place
from ct112.incidents.spoken import Telling
from ct112.incidents.view import IncidentView
from ct112.serve.spoken import SAYING
from ct112.worker import agency_phone
from ct112.worker.agency_phone import PhoneProgress, Progress
from lab.audio import RATE, level_dbfs, likeness
from lab.carrier import Gateway
from lab.phones import ANSWER, DECLINE, Behaviour, Phone, PhoneCall
from lab.raw_sip import TRUNK_ADDRESS
from lab.world import CT112, World, carrier, eventually
from tests.incidents.test_spoken import VIEW
from tests.system.commands import settings

HERE, ELSEWHERE = "Jalan Melati nomor lima belas", "Gang Kenanga dua puluh delapan"
OPENING_SECONDS, COMPARED_SECONDS = 0.8, 1.2  # after "Lokasi" begins: what is said then names the place
PIECE_SECONDS, QUIET_DBFS = 0.3, -40.0
ALIKE, OTHER = 0.9, 0.75


@dataclass
class Agency:
    """An agency's telephone behind the carrier, and a delivery that asks for a call to it."""

    world: World
    phone: Phone
    serve: ControlClient
    delivery: uuid.UUID
    view: IncidentView

    async def ask(self) -> PhoneProgress:
        """Ask once, as the worker does."""
        return await agency_phone.call(
            self.serve,
            self.delivery,
            agency="pmi",
            number=self.phone.user,
            view=self.view,
            telling=Telling.NEW,
        )

    async def until(self, *wanted: str, within: float = 30) -> PhoneProgress:
        """Ask until it is as far as one of these."""
        return await eventually(self.ask, lambda found: found.reason in wanted, within, str(wanted))

    async def facts(self) -> list[str]:
        """Return what was written down, in order."""
        sql = "SELECT kind FROM agency_call_fact WHERE delivery = $1 ORDER BY seq"

        async def look() -> list[str]:
            return [str(row["kind"]) for row in await self.world.query(sql, self.delivery)]

        return await eventually(look, lambda found: found[-1:] == ["agency_ended"], 20, "the facts")


@pytest.fixture
async def at_carrier(world: World) -> AsyncIterator[World]:
    """Give a world in which the carrier passes calls on to the phones of the desks' process."""
    host, _, port = world.exchange.rpartition(":")
    phone, exchange = ("127.0.0.1", world.desks.port), (host, int(port))
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Gateway(phone, exchange), local_addr=(TRUNK_ADDRESS, world.lab.places.ports.carrier)
    )
    await carrier(world, there=True)
    yield world
    transport.close()


@asynccontextmanager
async def agency(world: World, number: str, behaviour: Behaviour = ANSWER) -> AsyncIterator[Agency]:
    """Give an agency with a telephone of this number."""
    phone = await world.desks.register(number, "", "", behaviour=behaviour, tone_hz=440)
    view = replace(VIEW, content=replace(VIEW.content, place=Place(place_text=HERE)))
    client = ControlClient(world.info["serve"], settings(world)["CT112_CONTROL_TOKEN"])
    async with client.asking() as serve:
        yield Agency(world, phone, serve, uuid.uuid4(), view)


def say(text: str, folder: Path) -> bytes:
    """Return a text as it is spoken, by a process of its own as serve does: a second text would differ."""
    path = folder / f"{uuid.uuid4()}.wav"
    subprocess.run([*SAYING, str(path)], input=text.encode(), check=True, stdout=subprocess.DEVNULL)
    with wave.open(str(path)) as file:
        return bytes(file.readframes(file.getnframes()))


def said(view: IncidentView, place: str, folder: Path) -> bytes:
    """Return the stretch of the message that names this place, as it is spoken."""
    text = spoken.text(replace(view, content=replace(view.content, place=Place(place_text=place))))
    before = len(say(text[: text.index("Lokasi")], folder))
    start = before + 2 * round(OPENING_SECONDS * RATE)
    return say(text, folder)[start : start + 2 * round(COMPARED_SECONDS * RATE)]


def alike(pcm: bytes, sound: bytes) -> float:
    """Return how like the sound what was heard is: the median over short pieces of it.

    On a busy machine a packet of 20 ms is late now and then; what follows is as like as before, but later.
    """
    size = 2 * round(PIECE_SECONDS * RATE)
    pieces = [sound[start : start + size] for start in range(0, len(sound) - size + 1, size)]
    return median(likeness(pcm, piece) for piece in pieces if level_dbfs(piece) > QUIET_DBFS)


async def heard(call: PhoneCall, folder: Path) -> bytes:
    """Return all the phone has received."""
    path = folder / f"{uuid.uuid4()}.pcm"
    await call.record(path)
    return path.read_bytes()


def sounds(world: World) -> list[str]:
    """Return the spoken incidents that are left anywhere: at serve, and in the nodes' caches."""
    folder = Path(settings(world)["CT112_STATE_DIR"]) / "spoken"
    here = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    cached = [line for node in world.lab.nodes() for line in node.cli("media cache show all").stdout.split()]
    prompts = [line for line in cached if "/prompts/" in line and len(line.rpartition("/")[2]) > 60]
    return [*here, *prompts]


async def test_it_hears_the_place_read_out_and_accepts(at_carrier: World, tmp_path: Path) -> None:
    async with agency(at_carrier, "0285421001") as pmi:
        assert (await pmi.ask()).progress is Progress.PENDING
        call = await (await pmi.phone.next_call()).wait_for("established")
        sound, other = (said(pmi.view, place, tmp_path) for place in (HERE, ELSEWHERE))

        async def like() -> float:
            return alike(await heard(call, tmp_path), sound)

        here = await eventually(like, lambda found: found > ALIKE, 40, "the place is read out")
        elsewhere = alike(await heard(call, tmp_path), other)
        print(f"likeness: {here:.2f} of the place, {elsewhere:.2f} of another")
        assert elsewhere < OTHER
        there = await asyncio.to_thread(sounds, at_carrier)
        assert len(there) == 1 + len(at_carrier.lab.nodes()), "one at serve, and one in the node's cache"
        await call.press("1")
        assert (await pmi.until("accepted")).progress is Progress.ACKNOWLEDGED
        await call.wait_for("closed", within=20)
        assert await pmi.facts() == ["agency_dialled", "agency_answered", "agency_told", "agency_ended"]
        assert len(pmi.phone.calls) == 1
        await eventually(lambda: asyncio.to_thread(sounds, at_carrier), lambda left: not left, 20, "no sound")


async def test_two_says_it_again_and_three_puts_through_to_an_operator(at_carrier: World) -> None:
    async with agency(at_carrier, "0285421002") as pmi:
        (desk,) = await at_carrier.sit_down("pos-1")
        await pmi.ask()
        call = await (await pmi.phone.next_call()).wait_for("established")
        await pmi.until("speaking")
        await call.press("2")
        await asyncio.sleep(0.5)
        await call.press("3")
        at_desk = await (await desk.next_call()).wait_for("established")
        both = await asyncio.gather(call.hears(desk.tone_hz), at_desk.hears(pmi.phone.tone_hz))
        assert all(tone.seconds >= 0.6 for tone in both), both
        assert (await pmi.until("put_through")).progress is Progress.DELIVERED
        await at_desk.hang_up()
        await call.wait_for("closed", within=10)
        assert (await pmi.facts()).count("agency_told") == 2


async def test_serve_killed_while_it_speaks_dials_nobody_twice_and_hears_the_key(at_carrier: World) -> None:
    async with agency(at_carrier, "0285421003") as pmi:
        await pmi.ask()
        call = await (await pmi.phone.next_call()).wait_for("established")
        await pmi.until("speaking")
        await at_carrier.kill(CT112)
        await at_carrier.start(CT112)
        await pmi.until("speaking")  # the worker asks again: it is said from its beginning
        await call.press("1")
        assert (await pmi.until("accepted")).progress is Progress.ACKNOWLEDGED
        await call.wait_for("closed", within=20)
        assert len(pmi.phone.calls) == 1
        assert (await pmi.ask()).progress is Progress.ACKNOWLEDGED


async def test_serve_killed_and_the_agency_hangs_up_meanwhile_is_lost(at_carrier: World) -> None:
    async with agency(at_carrier, "0285421004") as pmi:
        await pmi.ask()
        call = await (await pmi.phone.next_call()).wait_for("established")
        await pmi.until("speaking")
        await at_carrier.kill(CT112)
        await call.hang_up()
        await at_carrier.start(CT112)
        assert (await pmi.until("lost")).progress is Progress.FAILED
        assert len(pmi.phone.calls) == 1


@pytest.mark.parametrize(("behaviour", "outcome"), [(DECLINE, "busy"), (None, "failed")])
async def test_who_does_not_pick_up_is_told_at_once(
    at_carrier: World, behaviour: Behaviour | None, outcome: str
) -> None:
    async with agency(at_carrier, "0285421005", behaviour or ANSWER) as pmi:
        if behaviour is None:
            pmi.phone.user = "0285429999"  # nobody has it
        assert (await pmi.until(outcome)).progress is Progress.FAILED
