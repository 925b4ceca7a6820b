"""The agencies of a drill: their receivers, their telephones behind the carrier, and the people there.

Four agencies, each told in a way of its own, so that all that may happen to a dispatch happens:

damkar  a receiver; somebody there acknowledges by their own program
dinkes  a receiver nobody looks at, then another one, whose people say by radio that they come
pmi     a receiver that breaks, then a telephone: somebody listens and presses 1
polres  a receiver that breaks, then a telephone that declines: it is for the supervisor
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiohttp.test_utils import TestServer

from lab.carrier import Gateway
from lab.deliveries.receiver import PATH, SECRET, Receiver
from lab.insistent import Insistent
from lab.phones import ANSWER, DECLINE, Phone, PhoneCall, PhoneError
from lab.raw_sip import TRUNK_ADDRESS
from lab.world import World, carrier, eventually

PMI_NUMBER, POLRES_NUMBER = "0285421701", "0285421702"
AGENCY_TONE_HZ = 440
ALL = ("damkar", "dinkes", "pmi", "polres")
BY_RECEIVER = ("damkar", "dinkes")
SHORT_LIMIT, LONG_LIMIT = 5, 120  # seconds an acknowledgement is waited for
LOOK_SECONDS = 0.2
PRESS_AGAIN_SECONDS = 3.0  # who hears no thanks presses again
SETTLED_SECONDS = 60.0
ACKNOWLEDGED, WITH_SUPERVISOR = "acknowledged", "with the supervisor"
FATES = {
    "damkar": ACKNOWLEDGED,
    "dinkes": ACKNOWLEDGED,
    "pmi": ACKNOWLEDGED,
    "polres": WITH_SUPERVISOR,
}
"""What becomes of an agency's dispatch when nothing is forgotten."""
FORGOTTEN = """SELECT d.id FROM dispatch d WHERE d.status IN ('sent', 'received', 'declined')
    AND d.escalated_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM delivery v WHERE v.dispatch_id = d.id AND v.due_at IS NOT NULL)"""
"""Dispatches nobody answered, for which nothing is due and which no supervisor is shown."""
OF_DISPATCHES = """SELECT d.id, d.agency, d.status, d.escalated_at FROM dispatch d
    WHERE d.incident_id = ANY($1)"""
DIALLED = """SELECT f.delivery, count(*) AS times FROM agency_call_fact f JOIN delivery v ON v.id = f.delivery
    JOIN dispatch d ON d.id = v.dispatch_id
    WHERE f.kind = 'agency_dialled' AND d.incident_id = ANY($1) GROUP BY f.delivery"""


class Agencies:
    """The four of them. `asked`: the agency of each dispatch; `incidents`: of which they are."""

    def __init__(self, world: World, console: Insistent) -> None:
        """Nobody is reached yet: `agencies` opens them."""
        self.world = world
        self._console = console
        self.receivers = {name: Receiver() for name in ("damkar", "silent", "second")}
        self.receivers["broken"] = Receiver(status=503)
        self.asked: dict[str, str] = {}
        self.incidents: list[str] = []
        self.numbers: list[str] = []
        self._said: set[str] = set()
        self._pressed: dict[str, float] = {}
        self.pmi: Phone | None = None
        self.polres: Phone | None = None

    # ── the centre

    async def send(self, call: str | None, codes: Sequence[str]) -> None:
        """Send an incident and ask these agencies, again until both are through."""
        id_ = str(uuid4())
        form = {"category": "kebakaran", "call_id": call, "place": {"text": "Jalan Melati"}}
        path = f"/incidents/{id_}"
        new = {"If-None-Match": "*"}
        opened = await self._console.ask("operator-1", "PUT", path, form, new)
        self.incidents.append(id_)
        self.numbers.append(opened["number"])
        asked = await self._console.ask("operator-1", "POST", f"{path}/dispatches", {"agencies": list(codes)})
        self.asked |= {one["id"]: one["agency"] for one in asked["dispatches"]}

    # ── the people of the agencies

    async def work(self) -> None:
        """Let people there look, listen, press and answer until cancelled."""
        async with asyncio.TaskGroup() as answers:
            while True:
                for answer in self._to_say():
                    answers.create_task(answer)
                await self._press()
                await asyncio.sleep(LOOK_SECONDS)

    def _to_say(self) -> list[Coroutine[Any, Any, Any]]:
        """Return the acknowledgements of what has come and nobody has acknowledged."""
        radio = {"how": "radio", "who": "Dinkes 2"}
        return [
            *(self._says("damkar", id_) for id_ in self._new("damkar")),
            *(self._says("operator-2", id_, on_behalf=radio) for id_ in self._new("second")),
        ]

    def _new(self, receiver: str) -> list[str]:
        """Return what came to a receiver, of those dispatches the centre had its answer for."""
        came = [id_ for id_ in self.receivers[receiver].keys if id_ in self.asked and id_ not in self._said]
        self._said.update(came)
        return came

    async def _says(self, as_: str, dispatch: str, **more: Any) -> None:
        report = {"status": "acknowledged", **more}
        await self._console.ask(as_, "POST", f"/dispatches/{dispatch}/status", report)

    async def _press(self) -> None:
        """Press 1 at PMI's telephone once it has been spoken to, and again while nothing comes of it."""
        now = asyncio.get_running_loop().time()
        for call in self.pmi.calls if self.pmi is not None else []:
            if call.state != "established" or now - self._pressed.get(call.line, 0.0) < PRESS_AGAIN_SECONDS:
                continue
            first = call.line not in self._pressed
            self._pressed[call.line] = now
            if first:
                continue  # the ear comes first: three seconds of the message
            with contextlib.suppress(PhoneError):
                await call.press("1")

    async def rings(self) -> PhoneCall:
        """Wait until PMI's telephone is answered; return that call."""
        assert self.pmi is not None
        return await (await self.pmi.next_call(within=40)).wait_for("established")

    # ── what became of it

    async def fates(self) -> dict[str, str]:
        """Return what became of each dispatch in the database; what is still under way is not there."""
        rows = await self.world.query(OF_DISPATCHES, self.incidents)
        listed = {str(row["id"]): WITH_SUPERVISOR for row in rows if row["escalated_at"] is not None}
        said = {str(row["id"]): ACKNOWLEDGED for row in rows if row["status"] == ACKNOWLEDGED}
        return listed | said

    async def settled(self) -> None:
        """Wait until every dispatch is where it belongs, or for long."""
        wanted = {id_: FATES[agency] for id_, agency in self.asked.items()}
        with contextlib.suppress(AssertionError):  # what is missing is counted
            await eventually(self.fates, lambda fates: fates == wanted, SETTLED_SECONDS, "every dispatch")

    async def broken(self) -> list[str]:
        """Return what was promised of dispatches and does not hold."""
        fates, rows = await self.fates(), await self.world.query(OF_DISPATCHES, self.incidents)
        forgotten = await self.world.query(FORGOTTEN)
        wrong = {
            f"{self.asked[id_]}: {fates.get(id_, 'under way')}"
            for id_ in self.asked
            if fates.get(id_) != FATES[self.asked[id_]]
        }
        found = [
            (f"{len(forgotten)} dispatches forgotten", bool(forgotten)),
            (f"not where it belongs: {', '.join(sorted(wrong))}", bool(wrong)),
            (f"{len(rows)} dispatches for {len(self.asked)} asked", len(rows) != len(self.asked)),
            ("a number twice", len(set(self.numbers)) != len(self.numbers)),
            (f"{self.two_keys()} deliveries under two keys", bool(self.two_keys())),
            ("badly signed", any(one.badly_signed for one in self.receivers.values())),
            (f"telephones rang {self.rang()} times", self.rang() != self._phoned()),
        ]
        dialled = await self.world.query(DIALLED, self.incidents)
        found.append(("a delivery dialled twice", any(row["times"] > 1 for row in dialled)))
        return [what for what, broken in found if broken]

    def two_keys(self) -> int:
        """Return how many dispatches came to one receiver under several keys."""
        return sum(len(keys) > 1 for one in self.receivers.values() for keys in one.keys.values())

    def rang(self) -> int:
        """Return how often the telephones rang."""
        return sum(len(phone.calls) + phone.refused for phone in (self.pmi, self.polres) if phone is not None)

    def _phoned(self) -> int:
        return sum(agency in ("pmi", "polres") for agency in self.asked.values())

    def summary(self, forgotten: int) -> str:
        """Return what a row of the table says."""
        posts = sum(one.posts for one in self.receivers.values())
        return (
            f"{len(self.asked)} dispatches, {forgotten} forgotten; {posts} posts, "
            f"{self.two_keys()} under two keys; telephones rang {self.rang()} times for {self._phoned()}"
        )


@asynccontextmanager
async def agencies(world: World, console: Insistent) -> AsyncIterator[Agencies]:
    """Open the agencies' receivers and telephones, and say in the centre's book how each is reached."""
    found = Agencies(world, console)
    async with contextlib.AsyncExitStack() as open_:
        urls = {}
        for name, receiver in found.receivers.items():
            server = TestServer(receiver.app())
            await server.start_server()
            open_.push_async_callback(server.close)
            urls[name] = str(server.make_url(PATH))
        open_.callback((await _trunk(world)).close)
        found.pmi = await world.desks.register(PMI_NUMBER, "", "", behaviour=ANSWER, tone_hz=AGENCY_TONE_HZ)
        found.polres = await world.desks.register(POLRES_NUMBER, "", "", behaviour=DECLINE)
        await carrier(world, there=True)
        for code, ways in _ways(urls).items():
            await _reached_by(console, code, ways)
        yield found


async def _trunk(world: World) -> asyncio.BaseTransport:
    """Have the carrier pass calls on to the phones of the desks' process."""
    host, _, port = world.exchange.rpartition(":")
    phone, exchange = ("127.0.0.1", world.desks.port), (host, int(port))
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Gateway(phone, exchange), local_addr=(TRUNK_ADDRESS, world.lab.places.ports.carrier)
    )
    return transport


def _ways(urls: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    def webhook(name: str, seconds: int) -> dict[str, Any]:
        return {"kind": "webhook", "url": urls[name], "secret": SECRET, "within_seconds": seconds}

    def phone(number: str) -> dict[str, Any]:
        return {"kind": "phone", "number": number, "within_seconds": LONG_LIMIT}

    return {
        "damkar": [webhook("damkar", LONG_LIMIT)],
        "dinkes": [webhook("silent", SHORT_LIMIT), webhook("second", LONG_LIMIT)],
        "pmi": [webhook("broken", SHORT_LIMIT), phone(PMI_NUMBER)],
        "polres": [webhook("broken", SHORT_LIMIT), phone(POLRES_NUMBER)],
    }


async def _reached_by(console: Insistent, code: str, ways: list[dict[str, Any]]) -> None:
    read = await console.ask("admin", "GET", f"/agencies/{code}")
    version = {"If-Match": f'"{read["version"]}"'}
    await console.ask("admin", "PATCH", f"/agencies/{code}", {"ways": ways}, version)
