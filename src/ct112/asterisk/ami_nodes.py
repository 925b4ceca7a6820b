"""What AMI is for: which phones are registered, who tries passwords, the fallback queue, the prompt cache."""

import asyncio
import contextlib
import random
from collections.abc import Collection, Mapping, Sequence

from ct112 import logs, metrics
from ct112.asterisk import names
from ct112.asterisk.ami import (
    Ami,
    AmiError,
    AmiLost,
    AmiNode,
    Connect,
    Fields,
    over_tcp,
    take_up_certificates,
)
from ct112.asterisk.carrier import Carrier, TrunkState
from ct112.asterisk.contacts import Contacts
from ct112.asterisk.security import SecurityWatch
from ct112.core import browser_phone
from ct112.core.events import PhoneSeen, TrunkSeen
from ct112.core.ids import NodeName, PositionName
from ct112.core.ports import Post

__all__ = ["AmiNode", "AmiNodes"]

log = logs.get("ami")

QUEUE = "ct112-fallback"
FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 10.0
READ_AGAIN_SECONDS = 60.0  # the phones are listed that often, whatever events say
BETWEEN_LISTS_SECONDS = 0.2


class AmiNodes:
    """Keeps AMI to every node; what is wanted of it is applied now and after every connect."""

    def __init__(
        self,
        nodes: Sequence[AmiNode],
        *,
        post: Post,
        connect: Connect = over_tcp,
        trunks: Sequence[str] = ("trunk",),
        registering: Collection[str] = (),
        browsers: bool = False,
    ) -> None:
        """`post` is told which phones are registered; `trunks` are the carriers' endpoints.

        `registering`: those on which the carrier wants us registered. `browsers`: a position may have a
        browser phone beside its softphone.
        """
        carriers = [Carrier(node.name, trunks, registering) for node in nodes]
        self._watches = [
            _NodeWatch(node, post, connect, carrier, browsers=browsers)
            for node, carrier in zip(nodes, carriers, strict=True)
        ]

    async def run(self) -> None:
        """Keep all connections until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watch in self._watches:
                group.create_task(watch.run(), name=f"ami {watch.node.name}")

    def ready(self) -> Mapping[NodeName, bool]:
        """Return for each node whether AMI is connected and its phones are known."""
        return {watch.node.name: watch.ready for watch in self._watches}

    def carrier_reached(self) -> Mapping[NodeName, bool]:
        """Return for each node whether it reaches a carrier; True while that is not known."""
        return {watch.node.name: watch.carrier.reached for watch in self._watches}

    def trunks(self) -> Mapping[NodeName, Sequence[TrunkState]]:
        """Return for each node how its trunks are."""
        return {watch.node.name: watch.carrier.trunks() for watch in self._watches}

    def set_positions(self, positions: Sequence[str], *, members: Sequence[str] | None = None) -> None:
        """Watch these positions, and have exactly `members` (by default all) in the fallback queue."""
        for watch in self._watches:
            watch.want(tuple(positions), tuple(positions if members is None else members))

    def phone_of(self, node: NodeName, position: PositionName) -> str:
        """Return which phone to ring: that of a page, when one is open, or else the softphone."""
        watch = next((one for one in self._watches if one.node.name == node), None)
        account = browser_phone.account(position)
        if watch is not None and watch.reaches(account):
            return f"PJSIP/{account}"
        return names.endpoint_of(position)

    def renewed(self) -> None:
        """Let every node take up its certificate anew, a node that is away now when it is back."""
        for watch in self._watches:
            watch.certificate_changed = True
            watch.changed.set()

    def taken_up(self) -> bool:
        """Return whether every node has been told of its changed certificate."""
        return not any(watch.certificate_changed for watch in self._watches)

    def warm(self, urls: Sequence[str]) -> None:
        """Have these prompts in every node's media cache; one that fails is a log line."""
        for watch in self._watches:
            watch.urls = tuple(urls)
            watch.changed.set()

    def forget(self, url: str) -> None:
        """Have this sound in no node's media cache; a node that is away forgets it when it is back."""
        for watch in self._watches:
            watch.unwanted.add(url)
            watch.changed.set()

    def forgotten(self, url: str) -> bool:
        """Return whether no node has this sound any more."""
        return not any(url in watch.unwanted for watch in self._watches)


class _NodeWatch:
    """One node's AMI."""

    def __init__(
        self, node: AmiNode, post: Post, connect: Connect, carrier: Carrier, *, browsers: bool
    ) -> None:
        self.node = node
        self._browsers = browsers
        self.carrier = carrier
        self.ready = False
        self.positions: tuple[str, ...] = ()
        self.members: tuple[str, ...] = ()
        self.urls: tuple[str, ...] = ()
        self.unwanted: set[str] = set()
        self.certificate_changed = False
        self.changed = asyncio.Event()
        self._post = post
        self._connect = connect
        self._contacts = Contacts()
        self._told: dict[str, tuple[bool, str]] = {}  # since the last connect
        self._told_trunks: dict[str, bool] = {}
        self._warmed: set[str] = set()
        self._security = SecurityWatch(node.name)
        self._was_ready = False
        metrics.link_up.labels(node=node.name, link="ami").set(0)

    def want(self, positions: tuple[str, ...], members: tuple[str, ...]) -> None:
        """Watch these positions; a new one is told of even if nothing happens to its phone."""
        self.positions, self.members = positions, members
        self._told = {name: value for name, value in self._told.items() if name in positions}
        self.changed.set()

    def reaches(self, account: str) -> bool:
        """Return whether the phone of an account is registered, as far as is known."""
        return self._browsers and self._contacts.usable(account)

    def _accounts(self, position: str) -> tuple[str, ...]:
        """Return the accounts of a position."""
        return (position, browser_phone.account(position)) if self._browsers else (position,)

    async def run(self) -> None:
        """Connect, keep everything right, connect again; nothing that comes from outside ends this."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            self._was_ready = False
            try:
                await self._live(await self._connect(self.node, self._take))
            except AmiError as error:
                log.warning("no AMI to the node", node=self.node.name, reason=str(error))
            except Exception:
                metrics.link_errors.labels(node=self.node.name, link="ami").inc()
                log.exception("AMI failed on something unforeseen", node=self.node.name)
            pause = FIRST_PAUSE_SECONDS if self._was_ready else min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)

    async def _live(self, connection: Ami) -> None:
        """Use one connection to its end. Raises what the work on it raised."""
        watch = asyncio.create_task(connection.watch(self._clock), name=f"ami watch {self.node.name}")
        work = asyncio.create_task(self._keep_right(connection), name=f"ami work {self.node.name}")
        try:
            await asyncio.wait({watch, work}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() and not work.cancelled():
                work.result()
        finally:
            self.ready = False
            self.carrier.lose()
            metrics.link_up.labels(node=self.node.name, link="ami").set(0)
            metrics.link_losses.labels(node=self.node.name, link="ami").inc()
            for task in (watch, work):
                task.cancel()
            await asyncio.gather(watch, work, return_exceptions=True)
            connection.close()

    async def _keep_right(self, connection: Ami) -> None:
        """Ask which phones are there; then do what is wanted, whenever it changes or is in doubt."""
        self._warmed.clear()
        self._told.clear()
        while True:
            self.changed.clear()
            await self._list_phones(connection)
            await self.carrier.ask(connection)
            self._tell_trunks()
            self.ready = self._was_ready = True
            metrics.link_up.labels(node=self.node.name, link="ami").set(1)
            await self._keep_fallback(connection)
            await self._keep_prompts(connection)
            await self._keep_forgotten(connection)
            await self._keep_certificate(connection)
            await asyncio.sleep(BETWEEN_LISTS_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(READ_AGAIN_SECONDS):  # wait_for of 3.11 may swallow a cancellation
                    await self.changed.wait()

    async def _list_phones(self, connection: Ami) -> None:
        self._contacts.begin_list()
        messages = await connection.send({"Action": "PJSIPShowContacts"})
        self._contacts.listed(_lower(message) for message in messages)
        for position in self.positions:
            self._tell(position)
        if self._contacts.in_doubt:
            self.changed.set()

    async def _keep_fallback(self, connection: Ami) -> None:
        """Keep the fallback queue right; its refusal costs it alone."""
        try:
            await self._keep_queue(connection)
        except AmiLost:
            raise
        except AmiError as error:
            log.warning("the fallback queue cannot be read", node=self.node.name, reason=str(error))

    async def _keep_queue(self, connection: Ami) -> None:
        """Make the fallback queue's members exactly who is wanted; they outlive Asterisk's restarts."""
        found = await connection.send({"Action": "QueueStatus", "Queue": QUEUE})
        rows = [_lower(row) for row in found]
        members = {row.get("location", "") for row in rows if row.get("event") == "QueueMember"} - {""}
        wanted = {
            f"PJSIP/{account}": position for position in self.members for account in self._accounts(position)
        }
        for interface in sorted(wanted.keys() - members):
            await self._try(connection, _member(interface, wanted[interface]))
        for interface in sorted(members - wanted.keys()):
            await self._try(connection, {"Action": "QueueRemove", "Queue": QUEUE, "Interface": interface})

    async def _keep_prompts(self, connection: Ami) -> None:
        for url in self.urls:
            if url not in self._warmed:
                self._warmed.add(url)
                await self._try(connection, {"Action": "Command", "Command": f"media cache refresh {url}"})

    async def _keep_forgotten(self, connection: Ami) -> None:
        """Delete what is not wanted any more from the cache; the refusal of what is not there is no error."""
        for url in sorted(self.unwanted):
            await self._try(connection, {"Action": "Command", "Command": f"media cache delete {url}"})
            self.unwanted.discard(url)

    async def _keep_certificate(self, connection: Ami) -> None:
        """Have a changed certificate taken up; one that is refused is tried again with the next list."""
        if not self.certificate_changed:
            return
        try:
            await take_up_certificates(connection)
        except AmiLost:
            raise
        except AmiError as error:
            log.warning("the certificate was not taken up", node=self.node.name, reason=str(error))
            return
        self.certificate_changed = False
        log.info("the node was told of its changed certificate", node=self.node.name)

    async def _try(self, connection: Ami, action: Fields) -> None:
        """Do an action whose refusal harms nothing but itself."""
        try:
            await connection.send(action)
        except (AmiError, ValueError) as error:
            log.warning("AMI refused", node=self.node.name, action=action["Action"], reason=str(error))

    def _take(self, event: Fields) -> None:
        fields = _lower(event)
        if fields.get("event") == "ContactStatus":
            self.carrier.take(fields)
            self._tell_trunks()
            self._tell(self._contacts.take(fields))
            if self._contacts.in_doubt or self.carrier.in_doubt:
                self.changed.set()
        elif fields.get("event") == "Registry":  # it does not say which: they are asked for
            self.changed.set()
        elif "sessionid" in fields or fields.get("eventtv"):
            self._security.take(fields)

    def _clock(self, ahead: float) -> None:
        metrics.node_clock_offset_seconds.labels(node=self.node.name).set(ahead)

    def _tell_trunks(self) -> None:
        """Tell which trunks can be dialled by, when that changed: calls we make try the others first."""
        for trunk in self.carrier.trunks():
            if self._told_trunks.get(trunk.endpoint, True) is not trunk.usable:
                self._told_trunks[trunk.endpoint] = trunk.usable
                self._post(TrunkSeen(trunk.endpoint, self.node.name, trunk.usable))

    def _tell(self, account: str) -> None:
        """Tell whether a phone of a position is registered, and which page: at each change or connect."""
        position = browser_phone.position_of(account)
        registered = any(map(self._contacts.usable, self._accounts(position)))
        page = self._contacts.newest(browser_phone.account(position))
        if position not in self.positions or self._told.get(position) == (registered, page):
            return
        self._told[position] = registered, page
        count = sum(self._told.get(name, (False, ""))[0] for name in self.positions)
        metrics.phones_registered.labels(node=self.node.name).set(count)
        self._post(PhoneSeen(position, self.node.name, registered, page))


def _member(interface: str, position: str) -> Fields:
    return {
        "Action": "QueueAdd",
        "Queue": QUEUE,
        "Interface": interface,
        "MemberName": position,
        "StateInterface": interface,
        "Paused": "false",
    }


def _lower(message: Fields) -> dict[str, str]:
    return {str(key).lower(): str(value) for key, value in message.items()}
