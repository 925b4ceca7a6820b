"""Make and delete a bridge, one after another, with another ARI client; print seconds for each request.

Runs in the peers' own virtual environment: round_trips.py LIBRARY URL USER PASSWORD COUNT
"""

import asyncio
import logging
import sys
import time
from urllib.parse import urlparse

logging.disable(logging.CRITICAL)


async def timed(pair, count):
    """Return seconds for each request; `pair` sends two."""
    await pair()
    began = time.perf_counter()
    for _ in range(count):
        await pair()
    return (time.perf_counter() - began) / (2 * count)


async def with_asyncari(url, user, password, count):
    """Measure asyncari."""
    import asyncari

    async with asyncari.connect(url, "bench-round-trips", user, password) as client:

        async def pair():
            bridge = await client.bridges.create(type="mixing")
            await client.bridges.destroy(bridgeId=bridge.id)

        return await timed(pair, count)


async def with_aioari(url, user, password, count):
    """Measure aioari."""
    import aioari

    client = await aioari.connect(url, user, password)

    async def pair():
        bridge = await client.bridges.create(type="mixing")
        await client.bridges.destroy(bridgeId=bridge.id)

    seconds = await timed(pair, count)
    await client.close()
    return seconds


async def with_ari_client(url, user, password, count):
    """Measure ari-client."""
    from ari_client.ari_client import AriClient

    place = urlparse(url)
    client = AriClient(place.hostname, place.port, user, password)
    await client.connect("bench-round-trips")

    async def pair():
        bridge = await client.ari.create_bridge(type="mixing")
        await client.ari.stop_bridge(bridge.id)

    return await timed(pair, count)


LIBRARIES = {"asyncari": with_asyncari, "aioari": with_aioari, "ari-client": with_ari_client}

if __name__ == "__main__":
    measure = LIBRARIES[sys.argv[1]]
    sys.stdout.write(f"{asyncio.run(measure(*sys.argv[2:5], int(sys.argv[5])))}\n")
