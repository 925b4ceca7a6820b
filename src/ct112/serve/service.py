"""The composition root: makes every part, wires them, runs them, and leaves in good order."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ct112 import logs
from ct112.asterisk.accounts import accounts_of
from ct112.asterisk.ami_nodes import AmiNode, AmiNodes
from ct112.asterisk.telephone import AsteriskTelephone, Node, PhoneOf
from ct112.clock import SteadyClock
from ct112.core.calls import Stranded, Talking
from ct112.core.events import Event, NodeLost, NodeSurveyed
from ct112.core.floor import Floor
from ct112.core.ids import NodeName
from ct112.core.ivr import IvrDocument
from ct112.http.health import Health
from ct112.http.server import HttpServer
from ct112.prompts.library import PromptLibrary
from ct112.serve import config_sync, seating
from ct112.serve.agency_calls import AgencyDesk, Voice
from ct112.serve.asks import Asks, taking
from ct112.serve.attempts import Attempts
from ct112.serve.callbacks import CallbackDesk
from ct112.serve.config_sync import ConfigSync
from ct112.serve.door import make_door
from ct112.serve.fallback import FallbackReader
from ct112.serve.feed import Feed
from ct112.serve.health import Watch
from ct112.serve.known import KnownPosition, LastKnown, LiveIvr
from ct112.serve.machine import Machine
from ct112.serve.menu_calls import CallersFirst, MenuCalls, Played
from ct112.serve.phrases import Phrases
from ct112.serve.sayings import Sayings
from ct112.serve.seating import SeatingFile, SeatingKeeper
from ct112.serve.sources import StoreSource, compile_draft, compile_live
from ct112.serve.spoken import Spoken
from ct112.serve.switchboard import Switchboard
from ct112.serve.testing import Rules, Trials, quiet
from ct112.settings import Settings
from ct112.store import FactLog, Store, StoreUnavailable, open_journal
from ct112.tasks import Run, Supervisor

log = logs.get("service")

FLUSH_SECONDS = 5.0
RELEASE_SECONDS = 10.0  # how long callers without an operator may take to reach the fallback when we leave
TURN_SECONDS = 0.1
RETRY_SECONDS = 5.0
SETTLED_SECONDS = 1.0  # what was written down so long ago has to be in the database before records are joined


class Source(config_sync.Source, seating.Source, Protocol):
    """What is asked about people, positions and the menu."""


class Service:
    """All parts of ct112 in one process. `run` returns after an orderly leave; it raises when a part died."""

    def __init__(self, settings: Settings, store: Store) -> None:
        """Wire everything; nothing runs and nothing is connected yet."""
        self._settings = settings
        self._store = store
        self._repositories = (store.calls, store.fallback, store.callbacks)  # imported before a call waits
        self._clock = SteadyClock()
        self._started_at = self._clock.now()
        self._leave = asyncio.Event()
        self._departure: asyncio.Task[None] | None = None
        self._switchboard: Switchboard | None = None
        self._watch: Watch | None = None
        self._journal = open_journal(store, settings.spool_path, [FactLog()])
        self._prompts = PromptLibrary(settings.state_dir / "prompts", settings.recordings_dir)
        self._fallback = FallbackReader(
            store,
            _folders(settings),
            lambda: self._journal.settled(SETTLED_SECONDS),
            lambda node: bool(self._telephone.ready().get(node)),
        )
        self._ami = _ami(settings, self._post)
        self._telephone = _telephone(settings, self._post, self._ami.phone_of)
        self._sayings = Sayings(self._prompts, self._telephone.set_sayings)
        self._callbacks = CallbackDesk(store, self._post, self._ami.carrier_reached)
        self._phrases = Phrases(self._prompts)
        self._spoken = Spoken(
            settings.spoken_dir,
            url=settings.prompts_url(),
            forget=lambda url: self._ami.forget(url),
            forgotten=lambda url: self._ami.forgotten(url),
        )
        self._agency_calls = self._agency_desk(self._spoken)
        self._source = StoreSource(store, self._prompts.uploads)
        self._menu_calls = MenuCalls(
            self._telephone, self._floor, self._play_of, self._clock, self._clock.wall
        )
        self._telephone.on_menu_call(self._menu_calls.heard)
        self._asks = Asks(self._post, taking(self._callbacks), self._agency_calls.call, self._menu_calls.call)
        self._trials = Trials(
            self._telephone,
            self._clock,
            settings.test_call_minutes * 60,
            Rules(self._floor_of_a_trial, lambda: not quiet(self._floor().calls)),
        )
        self._telephone.on_trial(self._trials.heard)
        self._positions: tuple[str, ...] = ()
        self._seating, self._keeper = self._keepers(
            self._source,
            lambda live: compile_live(live, self._prompts, settings.ivr_emergency_limit_seconds),
        )

    def _keepers(
        self, source: Source, compile_ivr: Callable[[LiveIvr | None], IvrDocument]
    ) -> tuple[SeatingKeeper, ConfigSync]:
        """Return what keeps seating and configuration in step with `source`; copies of both are on disk."""
        folder = self._settings.state_dir
        last = LastKnown(folder / "last-known.json")
        people = SeatingKeeper(
            SeatingFile(folder / "seating.json"),
            last,
            source,
            post=self._post,
            on_change=self._take_seating,
            now=self._clock.wall,
        )
        config = ConfigSync(
            source,
            last,
            compile_ivr,
            post=self._post,
            on_positions=self._take_positions,
            on_document=self._take_document,
            policy=self._settings.policy(),
            trunk=self._settings.trunk_endpoint,
        )
        return people, config

    async def run(self) -> None:
        """Answer calls until SIGTERM or SIGINT, then leave in good order. Raises TaskStopped."""
        document = await self._keeper.first()
        await self._seating.first(database_ok=self._keeper.database_ok)
        remembered = await self._journal.open()
        floor = Floor(self._keeper.settings.policy, document, remembered, self._settings.floor_trunks())
        feed = Feed(
            floor,
            nodes=self._telephone.ready,
            refused=self._telephone.refused,
            health=self._health,
        )
        switchboard = Switchboard(
            floor,
            CallersFirst(self._telephone, self._menu_calls),
            self._journal,
            self._clock,
            callbacks=self._callbacks,
            agency_calls=self._agency_calls,
            answers=self._asks,
            watcher=feed,
            wall=self._clock.wall,
            on_seating=self._seating.changed,
        )
        self._callbacks.look_at(floor)
        self._switchboard = switchboard
        await self._spoken.first()
        await self._agency_calls.first(floor)
        self._keeper.announce()
        self._seating.announce()
        self._listen_for_signals()
        log.info(
            "ct112 starts",
            nodes=len(self._settings.nodes),
            ivr_version=document.version,
            remembered=len(remembered),
        )
        try:
            await self._supervisor(switchboard, feed).run(self._leave)
        finally:
            await self._finish()

    def _supervisor(self, switchboard: Switchboard, feed: Feed) -> Supervisor:
        """Return all tasks under one watch; the two without which no call is handled are vital."""
        self._watch = watch = Watch(
            switchboard,
            self._telephone,
            self._ami,
            self._keeper,
            self._journal,
            self._fallback,
            self._seating,
            lambda: supervisor.troubles(),
            now=self._clock.now,
            wall=self._clock.wall,
            control=self._settings.control_token is not None,
        )
        supervisor = Supervisor(
            vital={"switchboard": switchboard.run, "telephone": self._telephone.run},
            others={
                "ami": self._ami.run,
                "journal": self._journal.run,
                "keeper": self._keeper.run,
                "seating": partial(self._seating.run, lambda: switchboard.floor.seating),
                "callbacks": self._callbacks.run,
                "sayings": self._sayings.run,
                "agency calls": self._agency_calls.run,
                "phrases": self._phrases.run,
                "spoken": partial(self._spoken.run, self._clock.wall),
                "fallback": self._fallback.run,
                "feed": feed.run,
                "door": partial(self._serve_door, watch, feed),
                "gauges": watch.run,
                "machine": Machine(_disks(self._settings)).run,
                "old records": partial(self._close_old_records, switchboard),
                **({"test calls": self._trials.run} if self._settings.test_call_minutes else {}),
                **self._certificate(),
            },
        )
        return supervisor

    def _certificate(self) -> dict[str, Run]:
        file = self._settings.asterisk_tls_certificate
        if file is None:
            return {}
        from ct112.serve.certificate import CertificateWatch  # the only user of cryptography in serve

        memory = self._settings.state_dir / "certificate-taken-up"
        watch = CertificateWatch(file, self._ami.renewed, self._ami.taken_up, memory)
        return {"certificate": watch.run}

    async def _serve_door(self, watch: Watch, feed: Feed) -> None:
        settings = self._settings
        token = settings.control_token
        app = make_door(
            health=watch.health,
            prompts_dir=settings.state_dir / "prompts",
            feed=feed,
            asks=self._asks,
            spoken_dir=settings.spoken_dir,
            token=None if token is None else token.get_secret_value(),
        )
        await HttpServer(app, settings.serve_host, settings.serve_port).run()

    def _health(self) -> Health:
        assert self._watch is not None, "the feed is read only while the service runs"
        return self._watch.health()

    async def _finish(self) -> None:
        """Write down what is left; the calls themselves are safe in Asterisk."""
        if not await self._journal.leave(FLUSH_SECONDS):
            log.error("left with records that are neither on the disk nor in the database")
        await self._store.close()
        log.info("ct112 left")

    def _agency_desk(self, voice: Voice) -> AgencyDesk:
        return AgencyDesk(
            Attempts(self._settings.state_dir / "agency-calls"),
            voice,
            self._post,
            nodes=self._nodes_that_dial,
            phrases=lambda: self._phrases.made(),
            wall=self._clock.wall,
        )

    def _nodes_that_dial(self) -> list[NodeName]:
        """Return the nodes that are ready and reach a carrier."""
        ready, reached = self._telephone.ready(), self._ami.carrier_reached()
        return sorted(node for node, there in ready.items() if there and reached.get(node, True))

    def _floor(self) -> Floor:
        assert self._switchboard is not None, "parts run only after the switchboard is made"
        return self._switchboard.floor

    def _floor_of_a_trial(self) -> tuple[Floor, str]:
        """Return a floor for one test call, with the live menu and policy, and a prompt of that menu."""
        document = self._keeper.document
        assert document is not None, "read before anything runs"
        return Floor(self._keeper.settings.policy, document), min(document.prompt_keys(), default="")

    async def _play_of(self, source: str) -> Played:
        """Return what a menu call plays of a draft: its recordings brought, its texts spoken."""
        await self._source.bring(source)
        return await asyncio.to_thread(compile_draft, source, self._prompts)

    def _post(self, event: Event) -> None:
        assert self._switchboard is not None, "parts run only after the switchboard is made"
        if self._trials.takes(event):
            return
        if isinstance(event, NodeSurveyed):
            self._fallback.started(event.node, event.up_since)
        elif isinstance(event, NodeLost):
            self._fallback.lost(event.node)
        self._switchboard.post(event)

    def _take_positions(self, positions: Sequence[KnownPosition]) -> None:
        """Positions changed: their SIP accounts, and which phones are watched."""
        encryption, browser = self._settings.phone_encryption, bool(self._settings.browser_phones)
        self._telephone.set_accounts(
            [
                account
                for one in positions
                for account in accounts_of(one.name, one.sip_password, encryption, browser=browser)
            ]
        )
        self._positions = tuple(one.name for one in positions)
        self._take_seating()

    def _take_seating(self) -> None:
        """Who sits where changed: the fallback rings who is logged in and ready, everybody when nobody is."""
        floor = self._switchboard.floor if self._switchboard else None
        seats = floor.positions.values() if floor else ()
        ready = [seat.name for seat in seats if seat.ready and seat.name in self._positions]
        self._ami.set_positions(self._positions, members=sorted(ready) or self._positions)

    def _take_document(self, document: IvrDocument) -> None:
        """Another menu: every node gets its prompts before the first caller needs them."""
        base = self._settings.prompts_url()
        self._ami.warm([f"{base}/{key}.wav" for key in document.prompt_keys()])

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_leave)

    def _asked_to_leave(self) -> None:
        """First time: in good order. Second time: now."""
        if self._departure is not None:
            self._leave.set()
            return
        self._departure = asyncio.create_task(self._depart(), name="departure")

    async def _depart(self) -> None:
        """Take no new calls, give waiting ones to the fallback, let talks end for a while, leave."""
        assert self._switchboard is not None
        floor = self._switchboard.floor
        log.info("leaving: no new calls", calls=len(floor.calls))
        self._menu_calls.leave()
        self._switchboard.drain()
        await self._until(self._only_talks, RELEASE_SECONDS)
        await self._until(floor.empty, self._settings.drain_seconds)
        log.info("leaving", talks_that_go_on=len(floor.calls))
        self._leave.set()

    def _only_talks(self) -> bool:
        assert self._switchboard is not None
        calls = self._switchboard.floor.calls.values()
        return self._switchboard.caught_up() and all(
            isinstance(call.state, Talking | Stranded) for call in calls
        )

    async def _until(self, true: Any, seconds: float) -> None:
        """Wait until `true()`, at most `seconds`."""
        for _ in range(int(seconds / TURN_SECONDS)):
            if true():
                return
            await asyncio.sleep(TURN_SECONDS)

    async def _close_old_records(self, switchboard: Switchboard) -> None:
        """Close the records of calls that ended while we were away, once each node has been surveyed."""
        left = {NodeName(node.name) for node in self._settings.nodes}
        while left:
            await asyncio.sleep(TURN_SECONDS)
            ready = {node for node, is_ready in self._telephone.ready().items() if is_ready}
            if not switchboard.caught_up() or not self._journal.settled(
                SETTLED_SECONDS
            ):  # what the spool knows comes first
                continue
            for node in left & ready:
                if await self._close_old(switchboard, node):
                    left.discard(node)
        await asyncio.Event().wait()  # done; the service watches for tasks that end

    async def _close_old(self, switchboard: Switchboard, node: NodeName) -> bool:
        live = [call.id for call in switchboard.floor.calls.values() if call.node == node]
        try:
            async with self._store.transaction() as connection:
                closed, refused = await self._store.calls.close_open(connection, node, live, self._started_at)
        except StoreUnavailable:
            await asyncio.sleep(RETRY_SECONDS)
            return False
        for call, reason in refused:  # it stays as it is, and stands in nobody's way
            self._store.aside.keep("open record", {"call": call}, reason, call=call)
        if closed:
            log.warning("closed records of calls that ended while ct112 was away", node=node, count=closed)
        return await self._journal.forget_open(node, self._started_at, frozenset(live))


def _telephone(settings: Settings, post: Any, phone_of: PhoneOf) -> AsteriskTelephone:
    nodes = [
        Node(NodeName(one.name), one.ari_url, one.ari_user, one.ari_password.get_secret_value())
        for one in settings.nodes
    ]
    return AsteriskTelephone(
        nodes,
        application=settings.application,
        prompts_url=settings.prompts_url(),
        trunk=settings.trunk_endpoint,
        post=post,
        phone_of=phone_of,
    )


def _ami(settings: Settings, post: Any) -> AmiNodes:
    nodes = [
        AmiNode(
            NodeName(one.name), one.ami_host, one.ami_port, one.ami_user, one.ami_password.get_secret_value()
        )
        for one in settings.nodes
    ]
    return AmiNodes(
        nodes,
        post=post,
        trunks=settings.trunk_endpoints,
        registering=settings.registering_trunks,
        browsers=bool(settings.browser_phones),
    )


def _folders(settings: Settings) -> dict[NodeName, Path]:
    """Return where each node's fallback writes; a node without one has no records of its fallback calls."""
    return {NodeName(node): folder for node, folder in settings.fallback_dirs.items()}


def _disks(settings: Settings) -> dict[str, Path]:
    """Return the folders serve writes to or reads from, by the name each has in the metrics."""
    return {"state": settings.state_dir} | {f"fallback-{node}": it for node, it in _folders(settings).items()}
