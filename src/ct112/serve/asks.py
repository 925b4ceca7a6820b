"""Asks of web and worker, put to the floor or to the desk of the call-backs; each gets its answer."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import assert_never

from ct112 import logs, metrics
from ct112.control import asks as given
from ct112.control.asks import Answer, AskRequest
from ct112.core import asks
from ct112.core.asks import AskCode, AskId
from ct112.core.commands import Answered
from ct112.core.events import Asked
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.ports import Post
from ct112.serve.agency_calls import never_dialled
from ct112.serve.callbacks import CallbackDesk, Conflict
from ct112.store import StoreUnavailable

log = logs.get("asks")

ANSWER_SECONDS = 5.0  # the floor answers in its next step; the desk asks the database
REMEMBERED = 4096
AWAY = Answer(
    accepted=False,
    code="unavailable",
    reason="The database is away, calls are answered as always: ask again later.",
)
UNANSWERED = Answer(
    accepted=False,
    code="unanswered",
    reason="ct112 has not answered in time, it may still be done: ask again with the same id to learn it.",
)
NOT_DIALLED = Answer(
    accepted=False,
    code=AskCode.NOT_POSSIBLE,
    reason="This number is not dialled: correct the agency's contact.",
)
Take = Callable[[given.TakeCallback], Awaitable[Answer]]
CallAgency = Callable[[given.CallAgency], Awaitable[Answer]]
PlayMenu = Callable[[given.CallMenu, str], Awaitable[Answer]]
NO_MENU = Answer(accepted=False, code="unavailable", reason="No menu is tried by telephone here.")
NO_AGENCY = Answer(accepted=False, code="unavailable", reason="No agency is called from here.")


class Asks:
    """The `Answers` port, and the door's way to the floor."""

    def __init__(
        self,
        post: Post,
        take_callback: Take,
        call_agency: CallAgency | None = None,
        call_menu: PlayMenu | None = None,
    ) -> None:
        """`post`: the switchboard's inbox; `take_callback`: the desk, which needs the database.

        `call_agency`: the desk of the calls to agencies, which needs the disk; `call_menu`: menu calls.
        """
        self._post = post
        self._call_agency = call_agency
        self._call_menu = call_menu
        self._take_callback = take_callback
        self._waiting: dict[AskId, list[asyncio.Future[Answer]]] = {}
        self._taken: OrderedDict[AskId, tuple[AskRequest, asyncio.Task[Answer]]] = OrderedDict()

    async def ask(self, request: AskRequest) -> Answer:
        """Return the answer; `UNANSWERED` after a while. The same request again gets the same answer."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if isinstance(request.ask, given.TakeCallback):
                    answer = await self._taking(request)
                elif isinstance(request.ask, given.CallAgency):
                    answer = await self._calling(request.ask)
                elif isinstance(request.ask, given.CallMenu):
                    answer = await self._playing(request.ask, str(request.id))
                elif isinstance(request.ask, given.CallContact) and never_dialled(request.ask.number):
                    answer = NOT_DIALLED
                else:
                    answer = await self._floors(request, _translated(request.ask))
        except TimeoutError:
            answer = UNANSWERED
        said = "accepted" if answer.accepted else answer.code or "refused"
        metrics.asks_answered.labels(kind=request.ask.kind, answer=said).inc()
        return answer

    def answered(self, answer: Answered) -> None:
        """Pass the floor's answer on to everybody who waits for it."""
        code = None if answer.code is None else str(answer.code)
        passed_on = Answer(accepted=answer.accepted, code=code, reason=answer.reason)
        for waiting in self._waiting.pop(answer.id, ()):
            if not waiting.done():
                waiting.set_result(passed_on)

    async def _floors(self, request: AskRequest, ask: asks.Ask) -> Answer:
        """Return the floor's answer."""
        name = AskId(str(request.id))
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(waiting)
        self._post(Asked(id=name, by=request.by, revision=request.revision, ask=ask))
        try:
            return await waiting
        finally:
            left = [one for one in self._waiting.pop(name, ()) if one is not waiting]
            if left:
                self._waiting[name] = left

    async def _calling(self, ask: given.CallAgency) -> Answer:
        """Return how far the call to an agency is; the delivery's id tells a repeated ask from a new one."""
        return NO_AGENCY if self._call_agency is None else await self._call_agency(ask)

    async def _playing(self, ask: given.CallMenu, ask_id: str) -> Answer:
        """Return whether a phone will ring; it does when the draft's sounds are made."""
        return NO_MENU if self._call_menu is None else await self._call_menu(ask, ask_id)

    async def _taking(self, request: AskRequest) -> Answer:
        """Return the desk's answer. The work goes on when nobody waits for it any more."""
        assert isinstance(request.ask, given.TakeCallback)
        name = AskId(str(request.id))
        if name not in self._taken:
            work = asyncio.ensure_future(self._take_callback(request.ask))
            work.add_done_callback(_look_at_end)
            self._taken[name] = (request, work)
            while len(self._taken) > REMEMBERED:
                self._taken.popitem(last=False)
        first, work = self._taken[name]
        if first != request:
            return Answer(
                accepted=False,
                code=AskCode.REPEATED_DIFFERS,
                reason="This id was used for another ask: use a new id for each ask.",
            )
        answer = await asyncio.shield(work)
        if answer is AWAY and self._taken.get(name) == (first, work):
            del self._taken[name]  # nothing was done: it may be tried again
        return answer


def taking(desk: CallbackDesk) -> Take:
    """Return how the desk of the call-backs answers an ask."""

    async def take(ask: given.TakeCallback) -> Answer:
        try:
            await desk.take(ask.task, ask.operator or desk.operator_at(ask.position or ""))
        except Conflict as error:
            return Answer(accepted=False, code=AskCode.NOT_POSSIBLE, reason=str(error))
        except StoreUnavailable:
            return AWAY
        return Answer(accepted=True)

    return take


def _look_at_end(work: "asyncio.Task[Answer]") -> None:
    """Say what went wrong, whether or not anybody waits."""
    if not work.cancelled() and work.exception() is not None:
        log.error("taking a call-back failed", error=type(work.exception()).__name__)


def _translated(
    ask: given.SetClass
    | given.SetPriority
    | given.Sit
    | given.Leave
    | given.SetState
    | given.Summon
    | given.CallContact,
) -> asks.Ask:
    """Return the ask in the floor's words."""
    match ask:
        case given.SetClass():
            return asks.SetClass(CallId(ask.call), ask.service_class)
        case given.SetPriority():
            return asks.SetPriority(CallId(ask.call), ask.first)
        case given.Sit():
            position, operator = PositionName(ask.position), OperatorName(ask.operator)
            return asks.Sit(position, operator, ask.ready, ask.reason)
        case given.Leave():
            return asks.Leave(
                None if ask.position is None else PositionName(ask.position),
                None if ask.operator is None else OperatorName(ask.operator),
            )
        case given.SetState():
            return asks.SetState(OperatorName(ask.operator), ask.ready, ask.reason)
        case given.Summon():
            return asks.Summon(PositionName(ask.position), ask.state)
        case given.CallContact():
            return asks.CallContact(OperatorName(ask.operator), ask.agency, ask.contact, ask.number)
        case _:
            assert_never(ask)
