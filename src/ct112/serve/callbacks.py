"""The desk of the call-backs: takes a task for an operator, and notes how it went."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from ct112 import logs
from ct112.core.commands import CallbackDone
from ct112.core.events import CallbackAsked
from ct112.core.floor import Floor
from ct112.core.ids import NodeName, PositionName
from ct112.core.ports import Post
from ct112.core.positions import Position
from ct112.store import CallbackError, RowRefused, StoreUnavailable, TelephoneStore, explain

log = logs.get("callbacks")

RETRY_SECONDS = 2.0


class Conflict(RuntimeError):
    """This call-back cannot be taken now; the text says why."""


class CallbackDesk:
    """The `Callbacks` port, and what may be asked of call-backs."""

    def __init__(
        self, store: TelephoneStore, post: Post, trunk: Callable[[], Mapping[NodeName, bool]] = dict
    ) -> None:
        """`post` is the switchboard's inbox; `trunk`: whether each node reaches the carrier."""
        self._trunk = trunk
        self._store = store
        self._post = post
        self._floor: Floor | None = None
        self._results: deque[CallbackDone] = deque()
        self._wake = asyncio.Event()

    def look_at(self, floor: Floor) -> None:
        """Know who sits where."""
        self._floor = floor

    def done(self, result: CallbackDone) -> None:
        """Keep the result; `run` writes it. Lost in a crash, the task is open again after a while."""
        self._results.append(result)
        self._wake.set()

    async def run(self) -> None:
        """Write results until cancelled, in order."""
        while True:
            await self._wake.wait()
            while self._results:
                if await self._written(self._results[0]):
                    self._results.popleft()
                else:
                    await asyncio.sleep(RETRY_SECONDS)
            self._wake.clear()

    async def take(self, number: int, operator: str) -> None:
        """Ring the operator's phone and then the caller. Raises Conflict, StoreUnavailable."""
        seat = self._seat(operator)
        try:
            async with self._store.transaction() as connection:
                task = await self._store.callbacks.take(connection, number, operator)
        except CallbackError as error:
            raise Conflict(str(error)) from error
        except RowRefused as error:
            raise Conflict(f"call-back {number} cannot be taken: {error}") from error
        self._post(CallbackAsked(task=task.id, number=task.ani, position=seat.name))

    def operator_at(self, position: str) -> str:
        """Return who sits there. Raises Conflict when nobody does."""
        seat = self._floor.positions.get(PositionName(position)) if self._floor else None
        if seat is None or seat.operator is None:
            raise Conflict(f"nobody sits at {position}: log in there first")
        return seat.operator

    def _seat(self, operator: str) -> Position:
        """Return where the operator sits. Raises Conflict when they cannot talk now."""
        operators = self._floor.positions.values() if self._floor else ()
        for seat in operators:
            if seat.operator == operator:
                if not seat.phones:
                    raise Conflict(f"the softphone of {seat.name} is not registered")
                if seat.busy:
                    raise Conflict(f"{operator} has a call now; take it afterwards")
                self._look_at_trunk(seat)
                return seat
        raise Conflict(f"there is no operator {operator} at a position: see ct112 operator list")

    def _look_at_trunk(self, seat: Position) -> None:
        """Raise Conflict when no number can be dialled from where the phone is: it would be no try."""
        if self._floor is not None and not self._floor.may_dial:
            raise Conflict(
                "every line is in use but those kept for callers: nobody can be called now, the call-back "
                "stays on the list; try again in a moment"
            )
        trunk = self._trunk()
        if not any(trunk.get(node, True) for node in seat.phones):
            raise Conflict(
                "the carrier's trunk is away: nobody can be called now, the call-back stays on the list; "
                "see ct112 doctor"
            )

    async def _written(self, result: CallbackDone) -> bool:
        """Return whether the result needs no other try."""
        try:
            async with self._store.transaction() as connection:
                await self._store.callbacks.finish(connection, result.task, result.result, tried=result.tried)
        except StoreUnavailable:
            return False
        except CallbackError as error:  # closed meanwhile: the caller called again
            log.info("a call-back's result came too late", task=result.task, reason=str(error))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a result, the others are written
            self._store.aside.keep("call-back result", result, explain(error), task=result.task)
        return True
