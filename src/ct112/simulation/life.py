"""One life of ct112: the real service, all of it, on simulated machines."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ct112.asterisk.ami import AmiError, AmiNode
from ct112.asterisk.ami_nodes import AmiNodes
from ct112.asterisk.ari import Connection, Disconnected
from ct112.asterisk.ari.connection import OnEvent
from ct112.asterisk.telephone import AsteriskTelephone
from ct112.asterisk.wire import Node as Address
from ct112.core.commands import TelephoneCommand
from ct112.core.floor import Floor
from ct112.core.ids import NodeName
from ct112.core.ivr import Prompt
from ct112.core.stays import Stay
from ct112.serve.agency_calls import AgencyDesk
from ct112.serve.callbacks import CallbackDesk
from ct112.serve.fallback import FallbackReader
from ct112.serve.known import Known
from ct112.serve.phrases import TEXTS as PHRASES
from ct112.serve.phrases import Phrases
from ct112.serve.sayings import TEXTS, Sayings
from ct112.serve.service import Service
from ct112.serve.spoken import Spoken
from ct112.serve.switchboard import Switchboard
from ct112.settings import NodeSettings, Settings
from ct112.simulation.ari import Ari
from ct112.simulation.city import City
from ct112.simulation.database import Database
from ct112.simulation.disk import VirtualSpool
from ct112.simulation.manager import Manager
from ct112.simulation.scenario import menu
from ct112.simulation.seats import Seats
from ct112.simulation.wire import Socket, open_connection, travel
from ct112.store import SpoolJournal, Task
from ct112.store.journal import DatabaseJournal
from ct112.store.pending import Entry

CONNECT = (0.001, 0.02)


class Source:
    """The keepers' way to what the database knows of the people."""

    def __init__(self, seats: Seats, database: Database) -> None:
        self._seats = seats
        self._database = database

    async def known(self) -> Known:
        """Return it, if the database answers."""
        await self._database.reach()
        return self._seats.known()

    async def stays(self) -> list[Stay]:
        """Return who sat where at first, if the database answers."""
        await self._database.reach()
        return self._seats.stays()


class Telephone(AsteriskTelephone):
    """The real one; every command is shown before it is carried out."""

    shown: Callable[[TelephoneCommand], None] = staticmethod(lambda _: None)

    def do(self, command: TelephoneCommand) -> None:
        """Show it, then do it."""
        self.shown(command)
        super().do(command)


class Told(Sayings):
    """What an operator hears of a failed call-back; no voice is asked for it."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone

    async def run(self) -> None:
        """It is there."""
        self._telephone.set_sayings({result: Prompt("said+2000ms", 2.0) for result in TEXTS})
        await asyncio.Event().wait()


class Reader(Spoken):
    """Reads incidents to agencies; no voice is asked for it."""

    def __init__(self) -> None:
        pass

    async def first(self) -> None:
        """Nothing is left over."""

    async def run(self, _wall: Callable[[], float]) -> None:
        """Nothing is to be taken away."""
        await asyncio.Event().wait()

    async def make(self, _text: str) -> Prompt:
        """Speak, in a moment."""
        await asyncio.sleep(0.3)
        return Prompt("incident+6000ms", 6.0)

    def discard(self, prompt: Prompt) -> None:
        """It is gone."""


class AlwaysSaid(Phrases):
    """What is said in every call to an agency; no voice is asked for it."""

    def __init__(self) -> None:
        pass

    def made(self) -> Mapping[str, tuple[Prompt, ...]]:
        """It is there."""
        return {name: (Prompt(f"{name}+1500ms", 1.5),) for name in PHRASES}

    async def run(self) -> None:
        """It is there."""
        await asyncio.Event().wait()


class Life(Service):
    """A service whose outer ends are simulated. `dead`: nothing it does has any effect."""

    def __init__(self, city: City, database: Database, seats: Seats, folder: Path) -> None:
        """`folder`: its disk, the same for every life."""
        settings = _settings(city, folder)
        super().__init__(settings, database)  # type: ignore[arg-type]
        self.dead = False
        self.begun: Callable[[Life], None] = lambda _: None
        self.written: Callable[[Sequence[Entry]], None] = lambda _: None
        self._city = city
        self._database = database
        self._sockets: list[Socket] = []
        self._managers: list[Manager] = []
        self._spool, self._journal = self._make_journal(settings.spool_path)
        amis = [AmiNode(NodeName(name), name, 0, "", "") for name in city.nodes]
        self._ami = AmiNodes(amis, post=self._post, connect=self._log_in, browsers=city.scenario.pages)
        nodes = [Address(NodeName(name), name, "", "") for name in city.nodes]
        self._telephone: Telephone = Telephone(
            nodes,
            application=settings.application,
            prompts_url=settings.prompts_url(),
            trunk=settings.trunk_endpoint,
            post=self._post,
            connect=self._connect,
            phone_of=self._ami.phone_of,
        )
        self._sayings = Told(self._telephone)
        self._spoken, self._phrases = Reader(), AlwaysSaid()
        self._agency_calls = self._agency_desk(self._spoken)
        self._seating, self._keeper = self._keepers(Source(seats, database), lambda _: menu())

    @property
    def switchboard(self) -> Switchboard | None:
        """The switchboard, once there is one."""
        return self._switchboard

    @property
    def floor(self) -> Floor | None:
        """The floor, once there is one."""
        return None if self._switchboard is None else self._switchboard.floor

    def now(self) -> float:
        """Return its time."""
        return self._clock.now()

    @property
    def telephone(self) -> Telephone:
        """The telephone."""
        return self._telephone

    @property
    def journal(self) -> SpoolJournal:
        """What waits for the database."""
        return self._journal

    @property
    def fallback(self) -> FallbackReader:
        """What is read of the nodes' fallback."""
        return self._fallback

    @property
    def desk(self) -> CallbackDesk:
        """The desk of the call-backs."""
        return self._callbacks

    @property
    def agency_desk(self) -> AgencyDesk:
        """The desk of the calls to agencies."""
        return self._agency_calls

    async def to_be_called_back(self) -> Sequence[Task]:
        """Return the list operators work on. Raises StoreUnavailable."""
        async with self._store.transaction() as connection:
            return (await self._store.callbacks.page(connection, all_=False, limit=50, after=None)).items

    def sockets(self, node: str) -> list[Socket]:
        """Return the open websockets to a node."""
        return [one for one in self._sockets if one.node.name == node and not one.closed and not one.silent]

    def managers(self, node: str) -> list[Manager]:
        """Return the AMI connections to a node."""
        return [one for one in self._managers if one.node.name == node]

    def kill(self) -> None:
        """Nothing of it has any effect from now on; the kernel closes what was open."""
        self.dead = self._database.dead = True
        self._spool.kill()
        for socket in self._sockets:
            socket.dead = True
            socket.break_off()
        for manager in self._managers:
            manager.dead = True
            manager.break_off()

    def ask_to_leave(self) -> None:
        """SIGTERM."""
        self._asked_to_leave()

    # ── the outer ends

    def _make_journal(self, path: Path) -> tuple[VirtualSpool, SpoolJournal]:
        """As `open_journal`, on a simulated disk."""

        def committed(entries: Sequence[Entry]) -> None:
            if not self.dead:
                self.written(entries)
                journal.committed(entries)

        spool = VirtualSpool(
            self._city.engine, path, committed=committed, failed=lambda entries: journal.not_spooled(entries)
        )
        direct = DatabaseJournal(self._database)
        journal = SpoolJournal(self._database, spool, direct, ())
        return spool, journal

    async def _connect(self, address: Address, on_event: OnEvent) -> Connection:
        city = self._city
        node = city.nodes[address.name]
        await asyncio.sleep(city.engine.between(CONNECT) + travel(city.engine, city.chances))
        if self.dead or not node.alive or city.engine.time < node.cut_off_until:
            raise Disconnected("nobody there")
        forgets = city.engine.chance(city.chances.forgets)
        if forgets:
            for channel in node.channels.values():
                channel.subscribed = False
        ari = Ari(node, lambda: city.engine.chance(city.chances.play_fails))
        socket = Socket(node, ari, city.chances, self._settings.application)
        self._sockets = [one for one in self._sockets if not one.closed]
        self._sockets.append(socket)
        return open_connection(socket, ari, city.chances, on_event)

    async def _log_in(self, address: AmiNode, take: Callable[[Mapping[str, str]], None]) -> Manager:
        city = self._city
        node = city.nodes[address.name]
        await asyncio.sleep(city.engine.between(CONNECT))
        if self.dead or not node.alive:
            raise AmiError("nobody there")
        manager = Manager(node, take)
        self._managers = [one for one in self._managers if one.node is not node]
        self._managers.append(manager)
        return manager

    def _nodes_that_dial(self) -> list[NodeName]:
        """Every node that is ready: the simulated carrier is always there."""
        return sorted(node for node, ready in self._telephone.ready().items() if ready)

    def _listen_for_signals(self) -> None:
        """Signals come by `ask_to_leave`. All is made by now."""
        self.begun(self)

    async def _serve_door(self, _watch: object, _feed: object) -> None:
        """Nobody is at the door."""
        await asyncio.Event().wait()

    async def _serve_web(self, _watch: object) -> None:
        """Nobody looks at the web."""
        await asyncio.Event().wait()


def _settings(city: City, folder: Path) -> Settings:
    nodes = [
        NodeSettings(name=name, ari_url=name, ari_user="", ari_password="", ami_user="", ami_password="")
        for name in city.nodes
    ]
    return Settings(
        nodes=nodes,
        state_dir=folder,
        fallback_dirs={name: node.folder for name, node in city.nodes.items()},
        wrap_up_seconds=city.scenario.wrap_up_seconds,
        browser_phones=["wss://asterisk.test:8089/ws"] if city.scenario.pages else [],
    )
