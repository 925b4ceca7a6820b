"""The smallest call centre on asyncari: answer, ring a free operator, join. No records, no recovery.

Runs in the peers' own virtual environment: asyncari_centre.py URL USER PASSWORD POSITIONS
"""

import sys
from collections import deque

import anyio
import asyncari

APP = "bench-asyncari"


class Centre:
    """Who is free, who waits, and who talks with whom."""

    def __init__(self, client, tasks, positions):
        self.client, self.tasks = client, tasks
        self.free = deque(f"pos-{number}" for number in range(1, positions + 1))
        self.waiting = deque()
        self.talks = {}  # caller's channel → position, operator's channel, bridge

    async def started(self, channel, event):
        """A caller came, or an operator picked up."""
        if event.args[:1] == ["op"]:
            await self.join(event.args[1], channel)
            return
        await channel.answer()
        await channel.ring()
        self.waiting.append((channel.id, channel.json["caller"]["number"]))
        await self.serve()

    async def serve(self):
        """Ring whoever has been free the longest for whoever has waited the longest."""
        while self.waiting and self.free:
            (caller, number), position = self.waiting.popleft(), self.free.popleft()
            self.talks[caller] = [position, None, None]
            operator = await self.client.channels.originate(
                endpoint=f"PJSIP/{position}",
                app=APP,
                appArgs=f"op,{caller}",
                callerId=number,
                originator=caller,
                timeout=15,
            )
            if caller in self.talks:
                self.talks[caller][1] = operator.id

    async def join(self, caller, operator):
        """Let both hear each other."""
        talk = self.talks.get(caller)
        if talk is None:
            await operator.hangup()
            return
        bridge = await self.client.bridges.create(type="mixing")
        talk[1:] = operator.id, bridge.id
        await bridge.addChannel(channel=caller)
        await bridge.addChannel(channel=operator.id)

    async def left(self, channel, _event):
        """The caller hung up: the operator is free again."""
        talk = self.talks.pop(channel.id, None)
        if talk is None:
            return
        position, operator, bridge = talk
        if operator is not None:
            await self.client.channels.hangup(channelId=operator)
        if bridge is not None:
            await self.client.bridges.destroy(bridgeId=bridge)
        self.free.append(position)
        await self.serve()

    async def listen(self, kind, react):
        """Start a task for each event of this kind."""
        async with self.client.on_channel_event(kind) as events:
            async for found, event in events:
                channel = found["channel"] if isinstance(found, dict) else found
                self.tasks.start_soon(self.guarded, react, channel, event)

    async def guarded(self, react, channel, event):
        """A leg that is gone is no reason to end."""
        try:
            await react(channel, event)
        except Exception as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")


async def main(url, user, password, positions):
    """Run until killed."""
    async with asyncari.connect(url, APP, user, password) as client, anyio.create_task_group() as tasks:
        centre = Centre(client, tasks, positions)
        tasks.start_soon(centre.listen, "StasisStart", centre.started)
        tasks.start_soon(centre.listen, "StasisEnd", centre.left)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
