"""What happens in a night and when, drawn from one seed. Pure: the same seed is the same plan."""

from dataclasses import dataclass
from random import Random
from typing import Literal

Ending = Literal["caller", "operator"]
Answer = Literal["answer", "decline", "ignore", "vanish"]

CALL_EVERY_SECONDS = 5.0  # on average
FAULT_SECONDS = (10.0, 25.0)  # from one fault to the next
TALK_SECONDS = (3.0, 9.0)
LEAST_CALLS_A_MINUTE = 6.0
LEAST_FAULTS_A_MINUTE = 2.5
RUSH = 8  # callers within a second

KEYS = {"1": 0.3, "2": 0.15, "3": 0.15, "": 0.2, "7": 0.08, "99": 0.06, "*": 0.06}
"""What callers press, and how many of them do; nothing, or keys the menu does not know, are emergencies."""
ANSWERS: dict[Answer, float] = {"answer": 0.78, "decline": 0.08, "ignore": 0.09, "vanish": 0.05}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A caller. `patience`: seconds until the caller hangs up when nobody has answered; None: stays."""

    number: int
    at: float
    node: str
    ani: str  # empty: withheld
    keys: str
    press_after: float
    patience: float | None
    talk_seconds: float
    ends: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnswer:
    """What an operator does with the next call that rings. `hold`: puts the caller on hold for so long."""

    kind: Answer
    after: float
    talk_seconds: float
    hold: float
    away: float  # after vanishing


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFault:
    """What breaks, when."""

    number: int
    at: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole night. `answers` by position; who has used them up begins again."""

    seed: int
    seconds: float
    calls: tuple[PlannedCall, ...]
    faults: tuple[PlannedFault, ...]
    answers: dict[str, tuple[PlannedAnswer, ...]]


def plan(
    seed: int, minutes: float, *, nodes: tuple[str, ...], positions: tuple[str, ...], faults: tuple[str, ...]
) -> Plan:
    """Draw a night from a seed. `faults`: the names of those there are to choose from."""
    chance = Random(seed)
    seconds = minutes * 60
    calls = _calls(chance, seconds, nodes)
    return Plan(
        seed=seed,
        seconds=seconds,
        faults=_faults(chance, seconds, faults),
        answers={position: tuple(_answer(chance) for _ in range(40)) for position in positions},
        calls=tuple(calls),
    )


def enough(seconds: float, calls: int, faults: int) -> list[str]:
    """Return what a night of so many seconds had too little of: 60 calls and 25 faults in ten minutes."""
    minutes = seconds / 60
    wanted = {"calls": (calls, LEAST_CALLS_A_MINUTE), "faults": (faults, LEAST_FAULTS_A_MINUTE)}
    return [
        f"{count} {what} in {minutes:g} min, at least {least * minutes:.0f} wanted"
        for what, (count, least) in wanted.items()
        if count < int(least * minutes)
    ]


def _calls(chance: Random, seconds: float, nodes: tuple[str, ...]) -> list[PlannedCall]:
    """Draw callers one by one, and a rush of them now and then."""
    times, at = [], 1.0
    while at < seconds:
        times += [at + place / RUSH for place in range(RUSH)] if chance.random() < 0.02 else [at]
        at += chance.expovariate(1 / CALL_EVERY_SECONDS)
    return [_call(chance, number, at, nodes) for number, at in enumerate(times)]


def _call(chance: Random, number: int, at: float, nodes: tuple[str, ...]) -> PlannedCall:
    impatient = chance.random() < 0.15
    return PlannedCall(
        number=number,
        at=at,
        node=chance.choice(nodes),
        ani="" if chance.random() < 0.05 else f"08{chance.randrange(10**9, 10**10)}",
        keys=chance.choices(list(KEYS), list(KEYS.values()))[0],
        press_after=chance.uniform(0.5, 4.0),
        patience=chance.uniform(1.0, 12.0) if impatient else None,
        talk_seconds=chance.uniform(*TALK_SECONDS),
        ends="caller" if chance.random() < 0.5 else "operator",
    )


def _faults(chance: Random, seconds: float, names: tuple[str, ...]) -> tuple[PlannedFault, ...]:
    """Draw faults 10 to 25 s apart; none comes again before every other had its turn."""
    planned: list[PlannedFault] = []
    left: list[str] = []
    at = chance.uniform(3.0, FAULT_SECONDS[0])
    while at < seconds:
        left = left or chance.sample(names, len(names))
        planned.append(PlannedFault(number=len(planned), at=at, name=left.pop()))
        at += chance.uniform(*FAULT_SECONDS)
    return tuple(planned)


def _answer(chance: Random) -> PlannedAnswer:
    return PlannedAnswer(
        kind=chance.choices(list(ANSWERS), list(ANSWERS.values()))[0],
        after=chance.uniform(0.2, 2.0),
        talk_seconds=chance.uniform(*TALK_SECONDS),
        hold=chance.uniform(1.0, 3.0) if chance.random() < 0.15 else 0.0,
        away=chance.uniform(2.0, 8.0),
    )
