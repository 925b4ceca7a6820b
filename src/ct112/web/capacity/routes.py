"""The route of planning."""

import asyncio
import math

from ct112.planning.erlang import Service, Traffic, lines_for, operators_for, service
from ct112.web import kinds
from ct112.web.access.principal import LEADERS
from ct112.web.capacity.model import BusyHour, Capacity, ServiceGiven
from ct112.web.problems import FieldProblem, Place, Problem
from ct112.web.routes import Route

ONE_AT_A_TIME = asyncio.Semaphore(1)


async def plan_capacity(query: BusyHour) -> Capacity:
    """Say how many operators and trunk lines a busy hour needs (Erlang A or C, B for the lines)."""
    if query.wrap_up_seconds >= query.handle_seconds:
        raise _wrong("wrap_up_seconds", "leaves nothing of handle_seconds", "send less: it is a part of them")
    try:
        async with ONE_AT_A_TIME:
            return await asyncio.to_thread(_planned, query)
    except ValueError as error:
        raise _wrong("calls_per_hour", f"{error} would be needed", "look at the numbers again") from error


def _planned(hour: BusyHour) -> Capacity:
    traffic = Traffic(
        calls_per_hour=hour.calls_per_hour,
        handle_seconds=hour.handle_seconds,
        patience_seconds=hour.patience_seconds,
    )
    needed = operators_for(traffic, hour.target_share, hour.target_seconds)
    given = needed if hour.operators is None else service(traffic, hour.operators, hour.target_seconds)
    lines = None if given.overloaded else _line_erlangs(traffic, given, hour)
    return Capacity(
        erlangs=traffic.erlangs,
        operators_needed=needed.operators,
        on_the_roster=math.ceil(needed.operators / (1 - hour.shrinkage)),
        lines_needed=None if lines is None else lines_for(lines, hour.blocking),
        line_erlangs=lines,
        service=_shown(given),
    )


def _line_erlangs(traffic: Traffic, given: Service, hour: BusyHour) -> float:
    """Return how many lines are busy on average: in the menu, in the queue and in the talk."""
    talk = (traffic.handle_seconds - hour.wrap_up_seconds) * (1 - given.abandoned)
    return traffic.calls_per_hour * (hour.ivr_seconds + given.wait_seconds + talk) / 3600


def _shown(given: Service) -> ServiceGiven:
    return ServiceGiven(
        operators=given.operators,
        within_target=given.within_target,
        waiting=given.waiting,
        wait_seconds=None if given.overloaded else given.wait_seconds,
        abandoned=given.abandoned,
        occupancy=given.occupancy,
        overloaded=given.overloaded,
    )


def _wrong(field: str, message: str, remedy: str) -> Problem:
    wrong = FieldProblem(place=Place.QUERY, field=field, message=message, remedy=remedy)
    return Problem(kinds.INVALID, f"{field} {message}: {remedy}", fields=[wrong])


ROUTES = (Route("GET", "/api/v1/capacity", plan_capacity, LEADERS, seconds=30.0),)
