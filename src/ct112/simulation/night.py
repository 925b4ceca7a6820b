"""A whole simulated night: the city, ct112, what breaks, what must hold, and what came of it."""

from dataclasses import dataclass, field
from typing import Any

from ct112.core.commands import TelephoneCommand
from ct112.core.policy import Policy
from ct112.core.record import Outcome
from ct112.simulation.asterisk import Leg
from ct112.simulation.centre import Centre
from ct112.simulation.city import City
from ct112.simulation.engine import Broken, Engine
from ct112.simulation.faults import Faults
from ct112.simulation.invariants import Invariants
from ct112.simulation.scenario import NONE, Chances, Scenario, menu

CLEARING_SECONDS = 4 * 3600.0  # after the last call: everything has to come to its end
MOST_STEPS_A_CALL = 5000
SILENT_QUEUED_SECONDS = 16.0
FAULTY_QUEUED_SECONDS = 140.0


class Failure(Exception):
    """An invariant did not hold; the text says which, when, and how to see it again."""


@dataclass(slots=True)
class Result:
    """What came of a night. Times to answer in seconds from the arrival, of calls ct112 answered."""

    calls: int = 0
    steps: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    unknown: int = 0  # came and went while ct112 was away: the fallback's files tell of them
    answer_seconds: list[float] = field(default_factory=list)
    wait_seconds: list[float] = field(default_factory=list)


class Night:
    """One scenario from its seed. `run` returns what came of it or raises Failure."""

    def __init__(self, scenario: Scenario) -> None:
        """Set everything up; nothing happens yet."""
        self._scenario = scenario
        self._engine = Engine(scenario.seed)
        chances = Chances() if scenario.faults else NONE
        self._gone: list[Leg] = []
        self._city = City(self._engine, scenario, chances, self._gone.append)
        policy = Policy(wrap_up_seconds=scenario.wrap_up_seconds)
        self._centre = Centre(self._city, menu(), policy)
        limit = FAULTY_QUEUED_SECONDS if scenario.faults else SILENT_QUEUED_SECONDS
        self._invariants = Invariants(self._city, self._centre, policy, limit)
        self._faults = Faults(self._city, self._centre) if scenario.faults else None
        self._watch_the_order()

    def run(self) -> Result:
        """Let the night pass. Raises Failure."""
        try:
            self._pass()
            self._invariants.at_the_end(self._gone)
        except Exception as error:
            raise Failure(self._story(error)) from error
        return self._result()

    def _pass(self) -> None:
        """Go from one thing to the next; ct112 has its turn whenever it was told something or is due."""
        end = self._city.until + CLEARING_SECONDS
        engine, due = self._engine, self._turn()
        while engine.time <= end:
            at = engine.next()
            if due is not None and (at is None or due <= at):
                engine.time = max(engine.time, due)
                engine.steps += 1
                due = self._turn()
            elif at is None:
                return
            else:
                before = self._centre.switchboard
                engine.happen()
                if self._centre.switchboard is not before or (before and not before.caught_up()):
                    due = self._turn()
            self._invariants.callers()
            if engine.steps > MOST_STEPS_A_CALL * (self._city.arrived + 100):
                raise Broken("progress: far more happens than callers could cause")

    def _turn(self) -> float | None:
        """Let ct112 do what is to be done; return when it wants to be woken."""
        switchboard = self._centre.switchboard
        if switchboard is None:
            return None
        switchboard.step()
        self._invariants.floor(switchboard.floor)
        return switchboard.floor.next_deadline()

    def _watch_the_order(self) -> None:
        """Look at every ringing before it is sent."""
        carry_out = self._city.telephone.do

        def do(command: TelephoneCommand) -> None:
            if self._centre.floor is not None:
                self._invariants.ringing(command, self._centre.floor)
            carry_out(command)

        self._city.telephone.do = do  # type: ignore[method-assign]

    def _result(self) -> Result:
        result = Result(calls=self._city.arrived, steps=self._engine.steps)
        if self._faults is not None:
            result.faults = dict(sorted(self._faults.count.items()))
        for leg in self._gone:
            record = self._centre.disk.records.get(leg.call)
            if record is None:
                result.unknown += 1
                continue
            outcome = record.outcome or Outcome.ABANDONED
            result.outcomes[outcome] = result.outcomes.get(outcome, 0) + 1
            if record.answered_at is not None:
                result.answer_seconds.append(record.answered_at - record.arrived_at)
                if record.queued_at is not None:
                    result.wait_seconds.append(record.answered_at - record.queued_at)
        return result

    def _story(self, error: Exception) -> str:
        scenario = self._scenario
        again = (
            f"ct112 simulate --seed {scenario.seed} --hours {scenario.hours:g} "
            f"--calls-per-hour {scenario.calls_per_hour:g} --operators {scenario.operators} "
            f"--faults {'on' if scenario.faults else 'off'}"
        )
        kind = "" if isinstance(error, Broken) else f"{type(error).__name__}: "
        return f"{self._engine.told()}\nbroken: {kind}{error}\nagain: {again}"


def run(scenario: Scenario) -> Result:
    """Simulate a night. Raises Failure."""
    return Night(scenario).run()


def digest(result: Result) -> tuple[Any, ...]:
    """Return what two runs of one seed must have in common."""
    return (result.calls, result.steps, sorted(result.outcomes.items()), tuple(result.answer_seconds))
