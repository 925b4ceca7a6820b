"""ct112 as it is run: started, killed, told to leave, started again; and operators who call people back."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any

from ct112.core.floor import Floor
from ct112.serve.callbacks import Conflict
from ct112.simulation.agencies import Delivery
from ct112.simulation.city import City
from ct112.simulation.database import Database, Outage
from ct112.simulation.engine import Broken, MachineClock
from ct112.simulation.life import Life
from ct112.simulation.seats import Seats
from ct112.store import StoreUnavailable

CALL_BACK_EVERY = (5.0, 90.0)
ASK_EVERY_SECONDS = 2.0
NOT_NOW = (Conflict, StoreUnavailable)


class Centre:
    """One ct112 after another. `life` is None while none runs."""

    def __init__(self, city: City, store: Any, folder: Path, wrong_by: float) -> None:
        """`store` is shared by all lives, `folder` their disk; `wrong_by`: their machine's clock."""
        self._city = city
        self._engine = city.engine
        self._folder = folder
        self.clock = MachineClock(city.engine, wrong_by)
        self.store = store
        self.outage = Outage()
        self.seats = Seats(city.engine, list(city.phones))
        self.seats.life = lambda: self.life
        self.life: Life | None = None
        self.began = 0.0  # true time
        self.start_again: Callable[[], None] = lambda: None
        self.watch: Callable[[Life], None] = lambda _: None
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def floor(self) -> Floor | None:
        """The floor of the ct112 that runs."""
        return None if self.life is None else self.life.floor

    def start(self) -> None:
        """Start one."""
        if self.life is not None:
            return
        self._engine.note("ct112", "starts")
        database = Database(self._engine, self.store, self.outage)
        life = self.life = Life(self._city, database, self.seats, self._folder)
        life.begun = self.watch
        self.began = self._engine.time
        self._run(self._live(life), "ct112")

    async def _live(self, life: Life) -> None:
        try:
            await life.run()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if not life.dead:
                raise Broken(f"the service lives: it ended by {error!r} ({error.__cause__!r})") from error
        if self.life is life:
            self._engine.note("ct112", "has left")
            self.life = None
            life.kill()
            self.start_again()

    def kill(self) -> None:
        """End it as SIGKILL would: what was not on the disk is lost."""
        life, self.life = self.life, None
        if life is not None:
            self._engine.note("ct112", "is killed")
            life.kill()
            for task in list(self._tasks):
                if task.get_name() == "ct112":
                    task.cancel()

    def leave(self) -> None:
        """Tell it to leave; callers without an operator go to the fallback, then it ends in good order."""
        if self.life is not None and self.life.floor is not None:
            self._engine.note("ct112", "is told to leave")
            self.life.ask_to_leave()

    def _run(self, work: Any, name: str) -> None:
        task = self._engine.loop.create_task(work, name=name, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.failed = task.exception()

    failed: BaseException | None = None
    delivering = 0  # deliveries that are not over

    # ── call-backs

    def call_back(self) -> None:
        """Let operators work on the list of those to be called back, until the night is over."""
        self._run(self._call_back(), "call back")

    async def _call_back(self) -> None:
        while self._engine.time < self._city.until:
            await asyncio.sleep(self._engine.between(CALL_BACK_EVERY))
            life = self.life
            if life is not None and life.floor is not None:
                try:
                    await self._take_one(life)
                except NOT_NOW as error:
                    self._engine.note("call back", f"not now: {error}")

    async def _take_one(self, life: Life) -> None:
        due = [task for task in await life.to_be_called_back() if task.state == "open"]
        if due and self.life is life:
            task = self._engine.random.choice(due[:3])  # the first may be one that cannot be taken yet
            operator = self._engine.random.choice(list(self.seats.people))
            self._engine.note("call back", f"task {task.id} by {operator}")
            await life.desk.take(task.id, operator)

    # ── agencies

    def call_agencies(self, per_hour: float) -> None:
        """Let deliveries ask for telephone calls, until the night is over."""
        self._run(self._call_agencies(per_hour), "call agencies")

    async def _call_agencies(self, per_hour: float) -> None:
        agencies = self._city.agencies
        while True:
            await asyncio.sleep(agencies.random.expovariate(per_hour / 3600))
            if self._engine.time >= self._city.until:
                return
            self.delivering += 1
            self._run(self._deliver(agencies.another()), "delivery")

    async def _deliver(self, delivery: Delivery) -> None:
        """Ask until it is over, as the worker does: of whichever ct112 runs."""
        while not delivery.told:
            await asyncio.sleep(ASK_EVERY_SECONDS)
            life = self.life
            if life is None or life.floor is None:
                continue
            answer = await life.agency_desk.call(delivery.ask)
            if self.life is life:
                delivery.asked = delivery.asked or answer.accepted
                self._city.agencies.hear(delivery, answer.state)
        self.delivering -= 1
