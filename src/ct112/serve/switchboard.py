"""The single writer: one inbox, one floor, and the ports its decisions go out by."""

import asyncio
from collections import deque
from collections.abc import Callable

from ct112 import logs, metrics
from ct112.core.asks import AskCode
from ct112.core.commands import Answered, Ring
from ct112.core.events import Asked, CallArrived, CommandFailed, Draining, Event
from ct112.core.floor import Floor
from ct112.core.outbox import Outbox
from ct112.core.ports import AgencyCalls, Answers, Callbacks, Clock, Journal, Telephone, Watcher
from ct112.core.record import CallRecord

log = logs.get("switchboard")


class Switchboard:
    """Takes events one at a time, asks the floor, and carries its commands to the ports.

    Nothing here waits for anything but the next event or the next deadline. `post` may be called
    before `run`: what is posted is kept.
    """

    def __init__(
        self,
        floor: Floor,
        telephone: Telephone,
        journal: Journal,
        clock: Clock,
        *,
        callbacks: Callbacks | None = None,
        agency_calls: AgencyCalls | None = None,
        answers: Answers | None = None,
        watcher: Watcher | None = None,
        wall: Callable[[], float] | None = None,
        on_seating: Callable[[], None] = lambda: None,
    ) -> None:
        """Wire the floor to its ports; without `callbacks` nobody may be called back.

        `agency_calls` is told how calls to agencies went.

        `answers`: who passes on what the floor answers to asks. `watcher`: who shows what has changed.
        `wall`: the time to write down; what `clock` says by default. `on_seating` is called when somebody
        has logged in or out, moved, paused or come back; it returns at once.
        """
        self._wall = wall or clock.now
        self._callbacks = callbacks
        self._agency_calls = agency_calls
        self._answers = answers
        self._watcher = watcher
        self._floor = floor
        self._on_seating, self._seating = on_seating, floor.seating.revision
        self._telephone = telephone
        self._journal = journal
        self._clock = clock
        self._inbox: deque[tuple[float, Event]] = deque()
        self._woken: asyncio.Future[None] | None = None  # while there is nothing to do

    @property
    def floor(self) -> Floor:
        """The floor, for reading."""
        return self._floor

    def post(self, event: Event) -> None:
        """Put an event into the inbox; never waits, never drops."""
        self._inbox.append((self._clock.now(), event))
        self._wake()

    def caught_up(self) -> bool:
        """Return whether every event posted so far has been handled."""
        return not self._inbox

    def drain(self) -> None:
        """Take no more calls: callers without an operator go to the fallback, talks go on."""
        self.post(Draining())

    async def run(self) -> None:
        """Handle events and deadlines until cancelled."""
        while True:
            await self._pause()
            self.step()

    def step(self) -> None:
        """Handle what is in the inbox and what is due now. `run` does this; the simulator does it by hand."""
        self._handle_inbox()
        self._handle_deadlines()
        if self._floor.seating.revision != self._seating:
            self._seating = self._floor.seating.revision
            self._on_seating()

    async def _pause(self) -> None:
        """Sleep until there is an event or a deadline is due."""
        if self._inbox:
            await asyncio.sleep(0)  # let the reader and the ports breathe between two batches
            return
        loop, deadline = asyncio.get_running_loop(), self._floor.next_deadline()
        self._woken = loop.create_future()
        timer = None
        if deadline is not None:
            timer = loop.call_later(max(0.0, deadline - self._clock.now()), self._wake)
        try:
            await self._woken
        finally:
            self._woken = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def _handle_inbox(self) -> None:
        """Handle what is in the inbox now; what arrives meanwhile waits for the next batch."""
        for _ in range(len(self._inbox)):
            received, event = self._inbox.popleft()
            now = self._clock.now()
            metrics.inbox_lag_seconds.observe(max(0.0, now - received))
            self._carry_out(self._ask(event, now))
        metrics.inbox_depth.set(len(self._inbox))

    def _ask(self, event: Event, now: float) -> Outbox:
        """Return the floor's answer; an error in it costs this event, not the calls."""
        if isinstance(event, CallArrived):
            metrics.calls_arrived.labels(node=event.node).inc()
        if isinstance(event, CommandFailed):
            _count_failure(event)
        try:
            return self._floor.handle(event, now, self._wall())
        except Exception:
            metrics.floor_errors.inc()
            log.exception("the floor failed on an event", event_kind=type(event).__name__)
            return _sorry(event)

    def _handle_deadlines(self) -> None:
        now = self._clock.now()
        deadline = self._floor.next_deadline()
        if deadline is None or deadline > now:
            return
        try:
            outbox = self._floor.due(now, self._wall())
        except Exception:
            metrics.floor_errors.inc()
            log.exception("the floor failed on a deadline")
            raise  # the same deadline would be due again at once: stop loudly, the dialplan takes over
        self._carry_out(outbox)

    def _carry_out(self, outbox: Outbox) -> None:
        """Telephone first: a caller never waits for the journal. And of it first the operator's phone."""
        for ring in outbox.telephone:
            if isinstance(ring, Ring):
                self._telephone.do(ring)
        for command in outbox.telephone:
            if not isinstance(command, Ring):
                self._telephone.do(command)
        for record in outbox.records:
            self._journal.save(record)
            _count(record)
        for fact in outbox.facts:
            self._journal.note(fact)
        for odd in outbox.unexpected:
            metrics.unexpected_events.labels(event=odd.event).inc()
            log.info("unexpected event", event_kind=odd.event, state=odd.state, call=odd.call)
        self._tell(outbox)

    def _tell(self, outbox: Outbox) -> None:
        """Pass on what is for others than the caller."""
        if self._callbacks is not None:
            for result in outbox.results:
                self._callbacks.done(result)
        if self._agency_calls is not None:
            for ended in outbox.agency_results:
                self._agency_calls.done(ended)
        if self._answers is not None:
            for answer in outbox.answers:
                self._answers.answered(answer)
        if self._watcher is not None and outbox.shows:
            self._show(self._watcher, outbox)

    def _show(self, watcher: Watcher, outbox: Outbox) -> None:
        """Let others look on; whatever is wrong with that, no call notices."""
        try:
            watcher.stepped(outbox)
        except Exception:
            metrics.feed_errors.inc()
            log.exception("whoever shows the floor failed on a step")


def _count_failure(event: CommandFailed) -> None:
    """Count a command that did not work, and say so."""
    name = type(event.command).__name__
    metrics.command_failures.labels(command=name, gone=str(event.gone).lower()).inc()
    log.info("command failed", command=name, call=event.call, gone=event.gone, reason=event.reason)


def _sorry(event: Event) -> Outbox:
    """Return what is said to whoever asked for what the floor failed on: nobody shall wait for ever."""
    if not isinstance(event, Asked):
        return Outbox()
    outbox, reason = Outbox(), "ct112 failed on this: look at the floor before asking again."
    outbox.answers = [Answered(event.id, accepted=False, code=AskCode.FAILED, reason=reason)]
    return outbox


def _count(record: CallRecord) -> None:
    """Count a call that ended, and how long its caller waited."""
    if record.ended_at is None:
        return
    metrics.calls_ended.labels(outcome=record.outcome or "unknown").inc()
    if record.picked_up_at is not None:
        metrics.pick_up_seconds.observe(max(0.0, record.picked_up_at - record.arrived_at))
    if record.answered_at is not None:
        metrics.answer_seconds.observe(max(0.0, record.answered_at - record.arrived_at))
