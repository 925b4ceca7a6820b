"""Erlang's formulas. Pure. Calls come at random (Poisson), talks and patience are exponential.

Erlang B: no waiting (trunk lines). Erlang C: callers wait for ever. Erlang A: they give up. Sources:
A. K. Erlang (1917); C. Palm (1946); O. Garnett, A. Mandelbaum, M. Reiman, MSOM 4(3), 2002.
"""

import math
import sys
from dataclasses import dataclass

MOST = 10_000  # operators or lines; past it the answer is an error of input
TINY = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The busy hour. `patience_seconds`: mean time until a waiting caller gives up; None: never."""

    calls_per_hour: float
    handle_seconds: float
    patience_seconds: float | None = None

    @property
    def erlangs(self) -> float:
        """The load: how many operators would be busy on average if nobody had to wait."""
        return self.calls_per_hour * self.handle_seconds / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What callers get from so many operators; shares of all callers, times in seconds.

    `wait_seconds` is the mean over all callers, those who gave up as well. `overloaded`: the queue grows
    without end, and nobody is served in time.
    """

    operators: int
    within_target: float
    waiting: float
    wait_seconds: float
    abandoned: float
    occupancy: float
    overloaded: bool = False


def blocking(erlangs: float, lines: int) -> float:
    """Return the share of calls that find all lines taken (Erlang B)."""
    busy = 1.0
    for line in range(1, lines + 1):
        busy = erlangs * busy / (line + erlangs * busy)
    return busy


def lines_for(erlangs: float, most_blocked: float) -> int:
    """Return the fewest lines with at most this share of calls blocked. Raises ValueError past `MOST`."""
    busy, lines = 1.0, 0
    while busy > most_blocked:
        lines += 1
        if lines > MOST:
            raise ValueError(f"more than {MOST} lines")
        busy = erlangs * busy / (lines + erlangs * busy)
    return lines


def service(traffic: Traffic, operators: int, target_seconds: float) -> Service:
    """Return what callers get from so many operators (Erlang A with patience, else Erlang C)."""
    if traffic.patience_seconds is None:
        return _patient(traffic, operators, target_seconds)
    return _impatient(traffic, traffic.patience_seconds, operators, target_seconds)


def operators_for(traffic: Traffic, share: float, target_seconds: float) -> Service:
    """Return the service of the fewest operators who answer this share of callers within the target.

    Raises ValueError past `MOST`.
    """

    def enough(number: int) -> bool:
        return service(traffic, number, target_seconds).within_target >= share

    low, high = 0, 1
    while not enough(high):
        low, high = high, high * 2
        if high > 2 * MOST:
            raise ValueError(f"more than {MOST} operators")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return service(traffic, high, target_seconds)


def _patient(traffic: Traffic, operators: int, target_seconds: float) -> Service:
    load, handle = traffic.erlangs, traffic.handle_seconds
    if load >= operators:
        return Service(
            operators=operators,
            within_target=0.0,
            waiting=1.0,
            wait_seconds=math.inf,
            abandoned=0.0,
            occupancy=1.0,
            overloaded=True,
        )
    blocked = blocking(load, operators)
    waiting = blocked / (1 - load / operators * (1 - blocked))
    late = waiting * math.exp(-(operators - load) * target_seconds / handle)
    return Service(
        operators=operators,
        within_target=1 - late,
        waiting=waiting,
        wait_seconds=waiting * handle / (operators - load),
        abandoned=0.0,
        occupancy=load / operators,
    )


def _impatient(traffic: Traffic, patience: float, operators: int, target_seconds: float) -> Service:
    """The number of calls in the centre is a birth-and-death process: its steady state says it all."""
    if blocking(traffic.erlangs, operators) < sys.float_info.min:  # too small for a number: nobody waits
        return _nobody_waits(traffic, operators)
    arrival, serve, leave = traffic.calls_per_hour / 3600, 1 / traffic.handle_seconds, 1 / patience
    line = _queue_states(traffic.erlangs, arrival, serve, leave, operators)
    waiting = sum(line)
    length = sum(number * probability for number, probability in enumerate(line))
    abandoned = leave * length / arrival
    in_time = _late_but_in_time(line, operators * serve, leave, target_seconds)
    return Service(
        operators=operators,
        within_target=1 - waiting + in_time,
        waiting=waiting,
        wait_seconds=length / arrival,
        abandoned=abandoned,
        occupancy=traffic.erlangs * (1 - abandoned) / operators,
    )


def _nobody_waits(traffic: Traffic, operators: int) -> Service:
    return Service(
        operators=operators,
        within_target=1.0,
        waiting=0.0,
        wait_seconds=0.0,
        abandoned=0.0,
        occupancy=traffic.erlangs / operators,
    )


def _queue_states(load: float, arrival: float, serve: float, leave: float, operators: int) -> list[float]:
    """Return the probability of 0, 1, 2… calls waiting while every operator is busy."""
    # relative to the state with all operators busy and nobody waiting, whose weight is 1
    below = 1 / blocking(load, operators) - 1  # 1/B = the sum of all states up to it
    weights, weight, number = [1.0], 1.0, 0
    while weight > TINY * (below + 1) or operators * serve + number * leave < arrival:
        number += 1
        weight *= arrival / (operators * serve + number * leave)
        weights.append(weight)
    total = below + sum(weights)
    return [weight / total for weight in weights]


def _late_but_in_time(line: list[float], serve: float, leave: float, seconds: float) -> float:
    """Return the share of all callers who have to wait and are served within `seconds`.

    Who finds `n` waiting is behind n + 1 departures: of a served call, or of one of those in front who gives
    up; meanwhile this caller may give up too. Followed in time by uniformization.
    """
    rate = serve + (len(line) + 1) * leave
    ahead, served, reached = list(line), 0.0, 0.0
    term = math.exp(-rate * seconds)  # Poisson probabilities of 0, 1, 2… steps in the time
    if term == 0.0:
        return _in_small_steps(line, serve, leave, seconds)
    steps, sum_of_terms = 0, term
    while 1 - sum_of_terms > TINY and steps < 10 * rate * seconds + 200:
        ahead, gained = _step(ahead, serve, leave, rate)
        served += gained
        steps += 1
        term *= rate * seconds / steps
        sum_of_terms += term
        reached += term * served
    return reached


def _in_small_steps(line: list[float], serve: float, leave: float, seconds: float) -> float:
    """The same for times so long that the first Poisson probability is none: in small explicit steps."""
    rate = serve + (len(line) + 1) * leave
    ahead, served = list(line), 0.0
    for _ in range(math.ceil(rate * seconds)):
        ahead, gained = _step(ahead, serve, leave, rate)
        served += gained
    return served


def _step(ahead: list[float], serve: float, leave: float, rate: float) -> tuple[list[float], float]:
    """One step: each caller moves up, gives up, or stays where they are; return who is served."""
    after = [0.0] * len(ahead)
    for number, probability in enumerate(ahead):
        up, gone = (serve + number * leave) / rate, leave / rate
        after[number] += probability * (1 - up - gone)
        if number:
            after[number - 1] += probability * up
    return after, ahead[0] * serve / rate
