"""What callers and operators do: drawn once, when they come."""

from dataclasses import dataclass

from ct112.simulation.engine import Engine
from ct112.simulation.scenario import Chances, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller's plan; times in seconds from the arrival, `talk` from being answered."""

    ani: str | None
    keys: tuple[tuple[float, str], ...]
    gives_up: float
    talk: float
    ends_talk: bool  # else the operator does


@dataclass(frozen=True, slots=True)
class Reaction:
    """What an operator does when the phone rings: `how` after so many seconds."""

    how: str  # answer, decline, never, dies
    seconds: float


def caller(engine: Engine, scenario: Scenario, chances: Chances) -> Caller:
    """Draw a caller."""
    draw = engine.random
    pressed = draw.choice(scenario.keys)
    at = draw.uniform(*scenario.key_seconds)
    keys = ((at, pressed),) if pressed else ()
    if pressed == "7" and engine.chance(0.5):
        keys = (*keys, (at + draw.uniform(0.5, 3.0), draw.choice(("1", "2", "9"))))
    early = engine.chance(chances.hangs_up_early)
    return Caller(
        ani=None if engine.chance(0.05) else f"08{draw.randrange(10**9):09d}",
        keys=keys,
        gives_up=draw.uniform(0.0, 20.0) if early else 8.0 + draw.expovariate(1 / scenario.patience_seconds),
        talk=draw.expovariate(1 / scenario.handle_seconds),
        ends_talk=engine.chance(0.5),
    )


def reaction(engine: Engine, scenario: Scenario, chances: Chances, ring_seconds: float) -> Reaction:
    """Draw what an operator does now."""
    draw = engine.random.random()
    seconds = engine.random.uniform(*scenario.reaction_seconds)
    for how, probability in (
        ("decline", chances.declines),
        ("never", chances.never_answers),
        ("dies", chances.phone_dies),
    ):
        if draw < probability:
            return Reaction(how, ring_seconds if how == "never" else seconds)
        draw -= probability
    return Reaction("answer", seconds)
