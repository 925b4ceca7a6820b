"""Take events with another ARI client until COUNT came or time is over; print events a second and how many.

Runs in the peers' own virtual environment: events.py LIBRARY URL USER PASSWORD COUNT SECONDS
"""

import asyncio
import logging
import os
import sys
import time
from urllib.parse import urlparse

logging.disable(logging.CRITICAL)
KIND = "ChannelDtmfReceived"


class Meter:
    """Counts what was dispatched, from the first one on."""

    def __init__(self, count):
        self.count, self.seen, self.began, self.ended = count, 0, 0.0, 0.0
        self.done = asyncio.Event()

    def tick(self):
        """One more."""
        now = time.perf_counter()
        if not self.seen:
            self.began = now
        self.seen, self.ended = self.seen + 1, now
        if self.seen >= self.count:
            self.done.set()

    def rate(self):
        """Return events a second."""
        return (self.seen - 1) / (self.ended - self.began)


async def with_asyncari(url, user, password, meter):
    """Take them with asyncari."""
    import asyncari

    async with (
        asyncari.connect(url, "bench-events", user, password) as client,
        client.on_channel_event(KIND) as events,
    ):
        async for _ in events:
            meter.tick()


async def with_aioari(url, user, password, meter):
    """Take them with aioari."""
    import aioari

    client = await aioari.connect(url, user, password)

    async def take(_channel, _event):
        meter.tick()

    client.on_channel_event(KIND, take)
    await client.run(apps="bench-events")


async def with_ari_client(url, user, password, meter):
    """Take them with ari-client."""
    from ari_client.ari_client import AriClient

    place = urlparse(url)
    client = AriClient(place.hostname, place.port, user, password)

    async def take(_event):
        meter.tick()

    client.on_event(KIND)(take)
    await client.connect("bench-events")
    await asyncio.Event().wait()


LIBRARIES = {"asyncari": with_asyncari, "aioari": with_aioari, "ari-client": with_ari_client}


async def main(library, url, user, password, count, seconds):
    """Measure one library."""
    meter = Meter(count)
    work = asyncio.create_task(LIBRARIES[library](url, user, password, meter))
    done = asyncio.create_task(meter.done.wait())
    await asyncio.wait([work, done], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        work.result()  # raises what ended it
    sys.stdout.write(f"{meter.rate()} {meter.seen}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    loop = asyncio.new_event_loop()
    loop.run_until_complete(main(*sys.argv[1:5], int(sys.argv[5]), float(sys.argv[6])))
    os._exit(0)  # the libraries do not all let themselves be ended
