"""What AMI is for: which phones are registered, who tries passwords, the fallback queue, the prompt cache."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ct112 import logs, metrics
from ct112.asterisk.ami import AmiConnection, AmiError, Fields, connect
from ct112.asterisk.security import SecurityWatch
from ct112.core.events import PhoneSeen
from ct112.core.ids import NodeName, PositionName
from ct112.ports import Post

log = logs.get("ami")

QUEUE = "ct112-fallback"
REGISTERED = frozenset({"Reachable", "NonQualified", "Created", "Updated", "Avail", "NonQual", "Unknown"})
FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class AmiNode:
    """How one node's AMI is reached."""

    name: NodeName
    host: str
    port: int
    user: str
    password: str = field(repr=False)


class AmiNodes:
    """Keeps AMI to every node; what is wanted of it is applied now and after every connect."""

    def __init__(self, nodes: Sequence[AmiNode], *, post: Post) -> None:
        """`post` is told which phones are registered."""
        self._watches = [_NodeWatch(node, post) for node in nodes]

    async def run(self) -> None:
        """Keep all connections until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watch in self._watches:
                group.create_task(watch.run(), name=f"ami {watch.node.name}")

    def ready(self) -> Mapping[NodeName, bool]:
        """Return for each node whether AMI is connected and its phones are known."""
        return {watch.node.name: watch.ready for watch in self._watches}

    def set_positions(self, positions: Sequence[str], *, members: Sequence[str] | None = None) -> None:
        """Watch these positions, and have exactly `members` (by default all) in the fallback queue."""
        for watch in self._watches:
            watch.positions = tuple(positions)
            watch.members = tuple(positions if members is None else members)
            watch.changed.set()

    def warm(self, urls: Sequence[str]) -> None:
        """Have these prompts in every node's media cache; one that fails is a log line."""
        for watch in self._watches:
            watch.urls = tuple(urls)
            watch.changed.set()


class _NodeWatch:
    """One node's AMI."""

    def __init__(self, node: AmiNode, post: Post) -> None:
        self.node = node
        self.ready = False
        self.positions: tuple[str, ...] = ()
        self.members: tuple[str, ...] = ()
        self.urls: tuple[str, ...] = ()
        self.changed = asyncio.Event()
        self._post = post
        self._registered: dict[str, bool] = {}
        self._meanwhile: dict[str, bool] = {}  # what events said while the list was made: newer than it
        self._warmed: set[str] = set()
        self._security = SecurityWatch(node.name)

    async def run(self) -> None:
        """Connect, keep everything right, connect again."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                connection = await connect(
                    self.node.host, self.node.port, self.node.user, self.node.password, self._take
                )
                pause = FIRST_PAUSE_SECONDS
                await self._live(connection)
            except AmiError as error:
                log.warning("no AMI to the node", node=self.node.name, reason=str(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _live(self, connection: AmiConnection) -> None:
        watch = asyncio.create_task(connection.watch(), name=f"ami watch {self.node.name}")
        work = asyncio.create_task(self._keep_right(connection), name=f"ami work {self.node.name}")
        try:
            await asyncio.wait({watch, work}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.ready = False
            metrics.link_up.labels(node=self.node.name, link="ami").set(0)
            metrics.link_losses.labels(node=self.node.name, link="ami").inc()
            for task in (watch, work):
                task.cancel()
            await asyncio.gather(watch, work, return_exceptions=True)
            connection.close()

    async def _keep_right(self, connection: AmiConnection) -> None:
        """Ask which phones are there; then do what is wanted, whenever it changes."""
        self._warmed.clear()
        while True:
            self.changed.clear()
            await self._list_phones(connection)
            self.ready = True
            metrics.link_up.labels(node=self.node.name, link="ami").set(1)
            await self._keep_queue(connection)
            await self._keep_prompts(connection)
            await self.changed.wait()

    async def _list_phones(self, connection: AmiConnection) -> None:
        self._meanwhile.clear()
        messages = await connection.send({"Action": "PJSIPShowContacts"})
        contacts = [_lower(message) for message in messages]
        there = {one.get("endpoint", "") for one in contacts if one.get("status", "") in REGISTERED}
        for position in self.positions:
            self._seen(position, self._meanwhile.get(position, position in there))

    async def _keep_queue(self, connection: AmiConnection) -> None:
        """Make the fallback queue's members exactly who is wanted; they outlive Asterisk's restarts."""
        found = await connection.send({"Action": "QueueStatus", "Queue": QUEUE})
        members = {_lower(one)["location"] for one in found if _lower(one).get("event") == "QueueMember"}
        wanted = {f"PJSIP/{position}": position for position in self.members}
        for interface in sorted(wanted.keys() - members):
            await self._try(connection, _member(interface, wanted[interface]))
        for interface in sorted(members - wanted.keys()):
            await self._try(connection, {"Action": "QueueRemove", "Queue": QUEUE, "Interface": interface})

    async def _keep_prompts(self, connection: AmiConnection) -> None:
        for url in self.urls:
            if url not in self._warmed:
                self._warmed.add(url)
                await self._try(connection, {"Action": "Command", "Command": f"media cache refresh {url}"})

    async def _try(self, connection: AmiConnection, action: Fields) -> None:
        """Do an action whose refusal harms nothing but itself."""
        try:
            await connection.send(action)
        except AmiError as error:
            log.warning("AMI refused", node=self.node.name, action=action["Action"], reason=str(error))

    def _take(self, event: Fields) -> None:
        fields = _lower(event)
        if fields.get("event") == "ContactStatus":
            name = fields.get("endpointname") or fields.get("aor", "")
            registered = self._meanwhile[name] = fields.get("contactstatus", "") in REGISTERED
            if name in self.positions:
                self._seen(name, registered)
        elif "sessionid" in fields or fields.get("eventtv"):
            self._security.take(fields)

    def _seen(self, position: str, registered: bool) -> None:
        """Tell when it changed, and once after each connect."""
        self._registered[position] = registered
        count = sum(self._registered.get(one, False) for one in self.positions)
        metrics.phones_registered.labels(node=self.node.name).set(count)
        self._post(PhoneSeen(PositionName(position), self.node.name, registered))


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
