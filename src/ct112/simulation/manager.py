"""ct112's end of a node's AMI: phones, and the members of the fallback's queue."""

import asyncio
from collections.abc import Callable, Mapping

from ct112.asterisk.ami import AmiError, AmiLost
from ct112.simulation.engine import Engine
from ct112.simulation.node import Node

Fields = Mapping[str, str]
WAY = (0.0005, 0.02)


class Manager:
    """One logged-in connection; events come in until it breaks."""

    def __init__(self, node: Node, take: Callable[[Fields], None]) -> None:
        """Listen from now on."""
        self.node = node
        self.dead = False
        self._engine: Engine = node.engine
        self._lost = asyncio.Event()
        self._take = take
        node.registrar.listeners.append(self._hear)
        node.managers.append(self.break_off)
        self._engine.note("ami", f"to {node.name} is open")

    @property
    def lost(self) -> bool:
        """Whether the connection is broken."""
        return self._lost.is_set() or not self.node.alive

    def _hear(self, event: dict[str, str]) -> None:
        if not self.dead and not self._lost.is_set():
            self._take(event)

    async def send(self, action: Fields, _seconds: float = 10.0) -> list[Fields]:
        """Carry an action out. Raises AmiError, AmiLost."""
        await asyncio.sleep(self._engine.between(WAY))
        if self._lost.is_set() or not self.node.alive:
            raise AmiLost(action["Action"])
        answer = self._done(action)
        await asyncio.sleep(self._engine.between(WAY))
        if self._lost.is_set():
            raise AmiLost(action["Action"])
        return answer

    def _done(self, action: Fields) -> list[Fields]:
        node, there = self.node, action.get("Interface", "").partition("/")[2]
        match action["Action"]:
            case "PJSIPShowContacts":
                self._engine.note("ami", f"{node.name} lists {node.registrar.contacts}")
                return [{"Response": "Success"}, *node.registrar.listed()]
            case "QueueStatus":
                members = sorted(node.members)
                return [{"Response": "Success"}, *map(_member, members)]
            case "QueueAdd":
                node.members.add(there)
            case "QueueRemove":
                if there not in node.members:
                    raise AmiError("QueueRemove: Unable to remove interface: Not there")
                node.members.discard(there)
        return [{"Response": "Success"}]

    async def watch(self, _clock: Callable[[float], None]) -> None:
        """Return when the connection is lost."""
        await self._lost.wait()

    def close(self) -> None:
        """Hear nothing more."""
        self._lost.set()
        if self._hear in self.node.registrar.listeners:
            self.node.registrar.listeners.remove(self._hear)
        if self.break_off in self.node.managers:
            self.node.managers.remove(self.break_off)

    def break_off(self) -> None:
        """The connection breaks."""
        self.close()


def _member(position: str) -> Fields:
    return {"Event": "QueueMember", "Location": f"PJSIP/{position}", "Name": position}
