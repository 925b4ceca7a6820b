"""The files a node's fallback writes, as `dialplan/agi-bin/ct112-fallback` does, some of them damaged."""

from pathlib import Path

from ct112.simulation.channels import Channel
from ct112.simulation.engine import Engine
from ct112.simulation.node import Node
from ct112.simulation.scenario import Chances

LATE = (0.002, 0.4)  # seconds until the file is there
VERY_LATE = (0.4, 1.8)  # on a busy machine
IN_ORDER = 0.002  # what is taken back was there before
HOSTILE = (
    b"",
    b"\0\xff\xfe" * 50,
    b"at=nan\n",
    b"at=1e400\n",
    b"at=-1\nani=1\n",
    b"at=99999999999999\nani=08\n",
    b"what=ended\n",
    b"at=253402300799.9\nmember=PJSIP/\0\nani=\xff\n",
)
"""What a program that went wrong, or somebody who means harm, might leave there."""


class Notes:
    """Writes beside the calls: nobody waits for the disk."""

    def __init__(self, engine: Engine, chances: Chances) -> None:
        """`chances` say how often something else lies there."""
        self._engine = engine
        self._chances = chances
        self._strange = 0
        self._answered: dict[str, float] = {}  # when that a call was answered is on the disk

    def write(self, node: Node, channel: Channel, what: str, *, member: str = "", by: str = "system") -> None:
        """Note what happened to a call in the fallback, by the node's own clock."""
        lines = {
            "what": what,
            "at": f"{node.clock.now():.3f}",
            "uniqueid": channel.id,
            "ani": channel.number,
            "dialled": "112",
            "sip_call_id": channel.sip_call_id,
            "member": member,
            "by": by,
            "location": channel.location,
        }
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        path = node.folder / f"{channel.id}.{what}"
        body = text.encode(errors="replace")
        busy = self._engine.chance(self._chances.slow_file)
        lands = self._engine.time + self._engine.between(VERY_LATE if busy else LATE)
        if what == "answered":
            lands = self._answered[channel.id] = max(lands, self._answered.get(channel.id, 0.0) + IN_ORDER)
        self._engine.at(lands, lambda: path.write_bytes(body))
        if self._engine.chance(self._chances.hostile):
            self._leave_rubbish(node.folder)

    def take_back(self, node: Node, channel: Channel) -> None:
        """The operator's phone died: nobody has answered, the caller waits again."""
        path = node.folder / f"{channel.id}.answered"
        after = self._answered.get(channel.id, 0.0) + IN_ORDER / 2
        self._engine.at(after, lambda: path.unlink(missing_ok=True))

    def _leave_rubbish(self, folder: Path) -> None:
        self._strange += 1
        what = self._engine.random.choice(("entered", "answered", "ended", "done"))
        body = self._engine.random.choice(HOSTILE)
        self._engine.note("file", f"rubbish in {folder.name}: {what} {body[:30]!r}")
        (folder / f"rubbish-{self._strange}.{what}").write_bytes(body)
