"""A whole simulated night: the city, ct112, what breaks, what must hold, and what came of it."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ct112.core.policy import Policy
from ct112.core.record import Outcome
from ct112.simulation import people
from ct112.simulation.centre import Centre
from ct112.simulation.city import City
from ct112.simulation.engine import Broken, Engine, MachineClock
from ct112.simulation.faults import Faults
from ct112.simulation.invariants import Invariants
from ct112.simulation.kept_desks import KeptDesks
from ct112.simulation.ledger import Ledger
from ct112.simulation.scenario import NONE, Chances, Scenario
from ct112.simulation.store import FakeStore
from ct112.simulation.virtual import as_if

CLEARING_SECONDS = 2 * 3600.0  # after the last call: everything has to come to its end
SETTLED_SECONDS = 60.0
LOOK_SECONDS = 5.0
MOST_STEPS_A_CALL = 20_000
SILENT_QUEUED_SECONDS = 16.0
FAULTY_QUEUED_SECONDS = 140.0
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


class Failure(Exception):
    """An invariant did not hold; the text says which, when, and how to see it again."""


@dataclass(slots=True)
class Result:
    """What came of a night. Times to answer in seconds from the arrival, of calls ct112 answered."""

    calls: int = 0
    steps: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    unknown: int = 0  # nobody lived to write them down
    call_backs: int = 0  # people who were reached that way
    agencies: dict[str, int] = field(default_factory=dict)  # calls to them, by outcome
    answer_seconds: list[float] = field(default_factory=list)
    wait_seconds: list[float] = field(default_factory=list)


class Night:
    """One scenario from its seed. `run` returns what came of it or raises Failure."""

    def __init__(self, scenario: Scenario) -> None:
        """Nothing happens yet."""
        self._scenario = scenario
        self._engine = Engine(scenario.seed)

    @property
    def kept_desks(self) -> KeptDesks:
        """What was seen of desks that were kept; once the night has begun."""
        return self._invariants.kept_desks

    def run(self) -> Result:
        """Let the night pass. Raises Failure."""
        folder = Path(tempfile.mkdtemp(prefix="ct112-night-", dir=MEMORY if MEMORY.is_dir() else None))
        try:
            self._set_up(folder)
            with as_if(self._centre.clock.now, self._engine.loop.time, self._scenario.seed):
                self._engine.loop.run_until_complete(self._pass())
                self._engine.loop.run_until_complete(self._ledger.read())
            self._ledger.at_the_end()
            return self._result()
        except Exception as error:
            raise Failure(self._story(error)) from error
        finally:
            self._centre.kill()
            self._end()
            shutil.rmtree(folder, ignore_errors=True)

    def _set_up(self, folder: Path) -> None:
        scenario, engine = self._scenario, self._engine
        chances = Chances() if scenario.faults else NONE
        self._city = City(engine, scenario, chances, folder)
        wrong = people.wrong_clock(engine) if engine.chance(chances.wrong_clock / 2) else 0.0
        operators = {position: f"of-{position}" for position in self._city.phones}
        store = FakeStore(MachineClock(engine).now, operators=operators)
        self._centre = Centre(self._city, store, folder / "ct112", wrong)
        policy = Policy(wrap_up_seconds=scenario.wrap_up_seconds)
        limit = FAULTY_QUEUED_SECONDS if scenario.faults else SILENT_QUEUED_SECONDS
        self._invariants = Invariants(self._city, self._centre, policy, limit)
        self._ledger = Ledger(self._city, self._centre)
        self._faults = Faults(self._city, self._centre) if scenario.faults else None

    async def _pass(self) -> None:
        """Begin, and go on until everything has come to its end."""
        self._engine.loop.passing = self._invariants.passing
        self._centre.start()
        self._city.begin()
        self._centre.seats.begin(self._city.until)
        if self._scenario.faults:
            self._invariants.settings.begin(self._city.until)
        if self._scenario.call_backs:
            self._centre.call_back()
        if self._scenario.agency_calls_per_hour:
            self._centre.call_agencies(self._scenario.agency_calls_per_hour)
        quiet_since: float | None = None
        while self._engine.time < self._city.until + CLEARING_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            failed = self._centre.failed or self._engine.failed
            if failed is not None:
                raise failed
            if self._engine.steps > MOST_STEPS_A_CALL * (len(self._city.visits) + 100):
                raise Broken("progress: far more happens than callers could cause")
            now = self._engine.time
            if now < self._city.until or not self._is_quiet():
                quiet_since = None
            elif quiet_since is None:
                quiet_since = now
            elif now - quiet_since >= SETTLED_SECONDS:
                return

    def _is_quiet(self) -> bool:
        """Return whether nobody is there any more, and all is written down."""
        life, floor = self._centre.life, self._centre.floor
        if self._city.present or life is None or floor is None or self._centre.outage.how:
            return False
        if any(life.fallback.in_progress.values()):
            return False
        if floor.agency_calls or self._centre.delivering:
            return False
        return not (floor.calls or floor.call_backs or floor.draining or len(life.journal))

    def _end(self) -> None:
        """Leave nothing running."""
        loop = self._engine.loop
        loop.passing = lambda: None
        left = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=60.0))
        loop.close()

    def _result(self) -> Result:
        result = Result(calls=len(self._city.visits), steps=self._engine.steps)
        result.call_backs = len(self._city.both_talked)
        for delivery in self._city.agencies.deliveries.values():
            for outcome in delivery.told:
                result.agencies[outcome] = result.agencies.get(outcome, 0) + 1
        if self._faults is not None:
            result.faults = dict(sorted(self._faults.count.items()))
        for row in self._ledger.rows:
            outcome = str(row.outcome or Outcome.ABANDONED)
            result.outcomes[outcome] = result.outcomes.get(outcome, 0) + 1
            if row.answered_at is not None:
                result.answer_seconds.append((row.answered_at - row.arrived_at).total_seconds())
                if row.queued_at is not None:
                    result.wait_seconds.append((row.answered_at - row.queued_at).total_seconds())
        result.unknown = result.calls - sum(result.outcomes.values())
        return result

    def _story(self, error: Exception) -> str:
        scenario = self._scenario
        again = (
            f"ct112 simulate --seed {scenario.seed} --hours {scenario.hours:g} "
            f"--calls-per-hour {scenario.calls_per_hour:g} --operators {scenario.operators} "
            f"--agency-calls-per-hour {scenario.agency_calls_per_hour:g} "
            f"--faults {'on' if scenario.faults else 'off'}{' --pages' if scenario.pages else ''}"
        )
        kind = "" if isinstance(error, Broken) else f"{type(error).__name__}: "
        return f"{self._engine.told()}\nbroken: {kind}{error}\nagain: {again}"


def run(scenario: Scenario) -> Result:
    """Simulate a night. Raises Failure."""
    return Night(scenario).run()


def digest(result: Result) -> tuple[Any, ...]:
    """Return what two runs of one seed must have in common."""
    return (result.calls, result.steps, sorted(result.outcomes.items()), tuple(result.answer_seconds))
