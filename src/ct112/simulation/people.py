"""What callers and operators do, and how wrong machines are: drawn once, when it matters."""

from dataclasses import dataclass

from ct112.simulation.engine import Engine
from ct112.simulation.scenario import Chances, Scenario

DAY = 86400.0
AT_ONCE = (0.1, 1.5)  # seconds until somebody who wanted nothing has hung up
HOSTILE_NUMBERS = ("\0", "08\0123", "+" * 300, "08\ufffd", "';--", "\u202e110", "0" * 64 + "1", " ", "\n112")
LOCATION = 'shape="Point",crs="2d",pos="-6.8886 109.6753"'
HOSTILE_LOCATIONS = ('pos="\0"', "x" * 3000, 'pos="nan inf"', 'shape="\ufffd",pos="91 181"', '"="' * 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller's plan; times in seconds from the arrival, `talk` from being answered."""

    ani: str | None
    keys: tuple[tuple[float, str], ...]
    gives_up: float
    talk: float
    ends_talk: bool  # else the operator does
    location: str = ""
    unreadable: bool = False  # Asterisk cannot make JSON of its leg


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody does when the telephone rings: `how` after so many seconds."""

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
    silent = engine.chance(chances.gone_at_once)
    early = engine.chance(chances.hangs_up_early)
    return Caller(
        ani=_number(engine, chances),
        keys=keys,
        gives_up=draw.uniform(0.0, 20.0) if early else 8.0 + draw.expovariate(1 / scenario.patience_seconds),
        talk=draw.uniform(*AT_ONCE) if silent else draw.expovariate(1 / scenario.handle_seconds),
        ends_talk=silent or engine.chance(0.5),
        location=_location(engine, chances),
        unreadable=engine.chance(chances.hostile / 3),
    )


def _number(engine: Engine, chances: Chances) -> str | None:
    """Most have one; some call again from the same telephone, which few others have."""
    if engine.chance(0.05):
        return None
    if engine.chance(chances.hostile):
        return engine.random.choice(HOSTILE_NUMBERS)
    if engine.chance(0.1):
        return f"0811000{engine.random.randrange(10):04d}"
    return f"08{engine.random.randrange(10**9):09d}"


def _location(engine: Engine, chances: Chances) -> str:
    if engine.chance(chances.hostile):
        return engine.random.choice(HOSTILE_LOCATIONS)
    return LOCATION if engine.chance(0.2) else ""


def reaction(engine: Engine, scenario: Scenario, chances: Chances) -> Reaction:
    """Draw what an operator does now."""
    draw = engine.random.random()
    seconds = engine.random.uniform(*scenario.reaction_seconds)
    for how, probability in (
        ("decline", chances.declines),
        ("never", chances.never_answers),
        ("dies", chances.phone_dies),
    ):
        if draw < probability:
            return Reaction(how, seconds)
        draw -= probability
    return Reaction("answer", seconds)


def callee_reaction(engine: Engine, chances: Chances) -> Reaction:
    """Draw what somebody does who is called back."""
    how = "answer"
    if chances.declines:
        how = engine.random.choice(("answer", "answer", "answer", "decline", "never", "dies"))
    return Reaction(how, engine.random.uniform(1.0, 20.0))


def wrong_clock(engine: Engine) -> float:
    """Draw how wrong a machine's clock is, in seconds: seldom much, sometimes months or decades."""
    draw = engine.random
    return draw.choice(
        (
            draw.uniform(-2, 2),
            draw.uniform(-300, 300),
            draw.uniform(-DAY, DAY),
            draw.uniform(-100 * DAY, 100 * DAY),
            -26 * 365 * DAY,
        )
    )
