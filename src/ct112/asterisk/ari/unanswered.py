"""Requests that were sent and not answered yet: who waits for them, and for how long. No I/O, no task."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from ct112.asterisk.ari.errors import AriError, RequestTimeout
from ct112.asterisk.ari.request import Request

Answer = Any
"""A parsed reply, None for an empty one, or the AriError that came instead."""
Answered = Callable[[list[Answer]], None]
Observe = Callable[[float], None]


@dataclass(slots=True)
class _Step:
    """Requests sent together."""

    answered: Answered
    answers: list[Answer]
    left: int


@dataclass(slots=True)
class _Sent:
    """One request of a step."""

    step: _Step
    place: int
    request: Request
    at: float
    until: float


class Unanswered:
    """Matches answers with requests. Each gets one: a reply, its time limit or a loss."""

    def __init__(self, loop: asyncio.AbstractEventLoop, observe: Observe) -> None:
        """`observe` is told how long each request took, in seconds."""
        self._loop = loop
        self._observe = observe
        self._ids = count(1)
        self._sent: dict[str, _Sent] = {}
        self._timer: asyncio.Handle | None = None
        self._wakes_at = 0.0

    def add(self, requests: Sequence[Request], answered: Answered, seconds: float) -> list[str]:
        """Wait for the answers of requests sent together, `seconds` at most; return their ids, in order.

        `answered` is called once, with all answers in the order of the requests.
        """
        now, step = self._loop.time(), _Step(answered, [None] * len(requests), len(requests))
        ids = []
        for place, request in enumerate(requests):
            name = str(next(self._ids))
            self._sent[name] = _Sent(step, place, request, now, now + seconds)
            ids.append(name)
        if self._timer is None or now + seconds < self._wakes_at:
            self._wake_at(now + seconds)
        return ids

    def answer(self, name: str, answer: Answer) -> None:
        """Take the answer of a request; one that nobody waits for any more is left."""
        sent = self._sent.pop(name, None)
        if sent is None:
            return
        self._observe(self._loop.time() - sent.at)
        step = sent.step
        step.answers[sent.place] = answer
        step.left -= 1
        if not step.left:
            step.answered(step.answers)

    def fail_all(self, error: AriError) -> None:
        """Answer everything with this error."""
        if self._timer is not None:
            self._timer.cancel()
        for name in list(self._sent):
            self.answer(name, error)

    def _wake_at(self, time: float) -> None:
        """One timer for all: it is set to the earliest limit, and moved on when it goes off."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._wakes_at = self._loop.call_at(time, self._limit), time

    def _limit(self) -> None:
        now, self._timer = self._loop.time(), None
        for name, sent in list(self._sent.items()):
            if sent.until <= now:
                what = f"{sent.request.method} {sent.request.path}"
                self.answer(name, RequestTimeout(f"{what}: no reply in time"))
        if self._sent and self._timer is None:
            self._wake_at(min(sent.until for sent in self._sent.values()))
