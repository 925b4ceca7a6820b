"""The outlines of the areas, kept until an import changes them."""

import asyncio

from ct112.incidents.places import Area
from ct112.places.atlas import Atlas
from ct112.store import Connection, places


class CityMap:
    """The atlas of the last import. Made in a thread: the loop does not wait for thousands of points."""

    def __init__(self) -> None:
        """Nothing is known before the first question."""
        self._atlas = Atlas(())
        self._state = (0, 0)
        self._making = asyncio.Lock()

    async def at(self, connection: Connection, latitude: float, longitude: float) -> Area | None:
        """Return the smallest area this point is in, None when it is in none."""
        return (await self._newest(connection)).at(latitude, longitude)

    async def _newest(self, connection: Connection) -> Atlas:
        state = await places.state(connection)
        if state == self._state:
            return self._atlas
        async with self._making:
            if state != self._state:
                rows = await places.areas(connection)
                known = [(Area(code=row.code, name=row.name), row.geometry) for row in rows]
                self._atlas, self._state = await asyncio.to_thread(Atlas, known), state
        return self._atlas
