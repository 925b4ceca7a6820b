"""The job that lists erasures and holds outside the database: a restored one does not know the latest."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from ct112.store import Store
from ct112.store.erasures import Erasure, held, listed
from ct112.worker.audit_key import read_key
from ct112.worker.erasure_file import add_to_list, read_list

EVERY_SECONDS = 30.0


class ErasureLister:
    """Adds to the list what is not on it."""

    def __init__(self, store: Store, key_file: Path, path: Path) -> None:
        """Nothing is read yet."""
        self._store = store
        self._key_file = key_file
        self._path = path

    async def work(self) -> None:
        """Look once. Raises StoreUnavailable, KeyTrouble, ListTrouble."""
        key = await asyncio.to_thread(read_key, self._key_file)
        if key is None:  # nothing was sealed yet, so nothing was erased
            return
        async with self._store.transaction() as connection:
            found = [*await listed(connection, key), *await held(connection, key)]
        await asyncio.to_thread(self._add, found)

    def _add(self, found: Sequence[Erasure]) -> None:
        known = {(each.id, each.at) for each in read_list(self._path)}
        new = [each for each in found if (each.id, each.at) not in known]
        if new:
            add_to_list(self._path, new)
