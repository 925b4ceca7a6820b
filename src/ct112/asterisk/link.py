"""One node's life: connect, ask what is true, say ready, follow; and all of it again after a loss."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from prometheus_client import Counter
from pydantic import ValidationError

from ct112 import logs, metrics
from ct112.asterisk import listing, menu_calls, names, outbound, survey, testing
from ct112.asterisk.accounts import AccountKeeper
from ct112.asterisk.ari import (
    Answer,
    Answered,
    AriError,
    Disconnected,
    NotFound,
    Request,
    applications,
    bridges,
    channels,
)
from ct112.asterisk.ari.models import (
    CHANNEL,
    EVENT,
    UNWANTED,
    USED,
    AnyEvent,
    ApplicationReplaced,
    StasisStart,
    leg_of,
)
from ct112.asterisk.bridging import Bridging
from ct112.asterisk.dialling import Dialler
from ct112.asterisk.inbound import Doubt, Inbound
from ct112.asterisk.listing import Listing
from ct112.asterisk.menu_calls import MenuLeg, MenuNews
from ct112.asterisk.testing import EndNews, TrialEnd
from ct112.asterisk.wire import Connect, Node, Wire
from ct112.core.commands import EndCallee, EndOffer, Join, JoinCallee, TelephoneCommand
from ct112.core.events import (
    CalleeEnded,
    CallerLeft,
    CallReleased,
    CommandFailed,
    Event,
    NodeLost,
    OfferEnded,
)
from ct112.core.ids import CallId, PositionName
from ct112.core.ports import Post

log = logs.get("link")

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
SURVEY_SECONDS = 15.0
END_TRIES = 4
END_AGAIN_SECONDS = 1.0  # between two tries to end a leg or a bridge that should be gone
DOUBT_SECONDS = 0.1  # what a leg that left Stasis needs to be gone, or to be somewhere else
DOUBT_TRIES = 10
KINDS = 100  # event types that are counted by name; Asterisk has about sixty


class StandDown(RuntimeError):
    """Another process took our application over: two masters would be worse than none."""


class Link:
    """Keeps one node connected. `ready` is true from the end of a survey to the next loss."""

    def __init__(
        self,
        node: Node,
        *,
        application: str,
        prompts_url: str,
        trunk: str,
        post: Post,
        connect: Connect,
        endpoint_of: Callable[[PositionName], str] = names.endpoint_of,
    ) -> None:
        """`connect` opens a connection to the node; `endpoint_of`: what to ring for a position now."""
        self.node = node
        self.ready = False
        self._application = application
        self._trunk = trunk
        self._prompts_url = prompts_url
        self._post = post
        self._connect = connect
        self._endpoint_of = endpoint_of
        self._bridging = Bridging(self._destroy)
        self._inbound = Inbound(node.name, self._bridging.part)
        self.planner = outbound.Planner(
            application, prompts_url, trunk, self._inbound.channel_of, endpoint_of
        )
        self._dialler = Dialler(node.name, trunk, self._send)
        self._connection: Wire | None = None
        self._held: list[AnyEvent] | None = None  # from the opening of the socket to the end of the survey
        self.accounts = AccountKeeper(node.name, trunk)
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_trial: Callable[[EndNews], None] = lambda _: None
        self.on_menu_call: Callable[[MenuNews], None] = lambda _: None
        self._replaced = False
        self._counters: dict[str, Counter] = {}  # to look one up by its labels costs more
        metrics.link_up.labels(node=node.name, link="ari").set(0)
        self._age = metrics.ari_event_age_seconds.labels(node=node.name)

    def trial(self, name: str) -> TrialEnd:
        """Return the caller's end of a test call of this name on this node; it is not there yet."""
        send = partial(self._send, answered=lambda _: None)
        return TrialEnd(name, self._application, self._prompts_url, send)

    def menu_leg(self, name: str, position: PositionName) -> MenuLeg:
        """Return the leg of a menu call of this name to a position's phone; it is not there yet."""
        send = partial(self._send, answered=lambda _: None)
        return MenuLeg(name, self._endpoint_of(position), self._application, self._prompts_url, send)

    def _of_menu_call(self, message: AnyEvent) -> None:
        news = menu_calls.news_of(message)
        if news is not None:
            self.on_menu_call(news)

    def _of_trial(self, message: AnyEvent) -> None:
        news = testing.news_of(message)
        if news is not None:
            self.on_trial(news)

    def has(self, call: CallId) -> bool:
        """Return whether the caller's leg of this call is on this node and in our hands."""
        return self._inbound.channel_of(call) is not None

    async def run(self) -> None:
        """Stay connected until cancelled. Raises StandDown when another process took the application over."""
        try:
            await self._keep_connected()
        finally:
            for task in self._tasks:
                task.cancel()

    async def _keep_connected(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            surveyed = False
            try:
                surveyed = await self._live(await self._connect(self.node, self._take))
            except AriError as error:
                log.warning("no link to the node", node=self.node.name, reason=str(error))
            except Exception:
                metrics.link_errors.labels(node=self.node.name, link="ari").inc()
                log.exception("the link failed on something unforeseen", node=self.node.name)
            if self._replaced:
                raise StandDown(
                    f"node {self.node.name}: another process runs application {self._application}"
                )
            pause = FIRST_PAUSE_SECONDS if surveyed else min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)

    def do(self, command: TelephoneCommand, tries: int = END_TRIES) -> None:
        """Start carrying a command out; what goes wrong, whatever it is, is posted.

        Until the survey is done nobody knows what is there: then nothing is said to be gone. A leg that has
        to end is asked to `tries` times: the floor has freed its operator, and nobody else looks after it.
        """
        if not self.ready:
            self._post(CommandFailed(command, gone=False, reason="the link is not ready"))
            return
        try:
            self._carry_out(command, tries)
        except ValueError as error:
            self._post(CommandFailed(command, gone=False, reason=str(error)))
        except Exception as error:
            metrics.link_errors.labels(node=self.node.name, link="ari").inc()
            log.exception("a command could not be carried out", node=self.node.name)
            self._post(CommandFailed(command, gone=False, reason=repr(error)))

    def _carry_out(self, command: TelephoneCommand, tries: int) -> None:
        plan = self.planner.plan(command)
        if plan is None:
            self._post(CommandFailed(command, gone=True, reason="the caller's leg is not in our hands"))
            return
        if isinstance(command, Join | JoinCallee):
            self._bridging.joining(command)
        self._send(plan.requests, partial(self._settled, command, plan, tries))

    async def _live(self, connection: Wire) -> bool:
        """Use one connection from its first survey to its end; return whether the survey succeeded."""
        self._connection, self._held = connection, []
        reader = asyncio.create_task(connection.run(), name=f"ari {self.node.name}")
        keeper = asyncio.create_task(self._get_ready(connection), name=f"ready {self.node.name}")
        try:
            done, _ = await asyncio.wait([reader, keeper], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # raises what nobody foresaw
            return self.ready
        finally:
            for task in (keeper, reader):
                task.cancel()
            await asyncio.gather(keeper, reader, return_exceptions=True)
            self._lose()

    def _lose(self) -> None:
        was_ready, self.ready, self._connection, self._held = self.ready, False, None, None
        metrics.link_up.labels(node=self.node.name, link="ari").set(0)
        metrics.link_losses.labels(node=self.node.name, link="ari").inc()
        if was_ready:
            log.warning("link to the node lost", node=self.node.name)
            self._post(NodeLost(self.node.name))

    async def _get_ready(self, connection: Wire) -> None:
        """Survey, say ready, then keep the accounts right; ends only when the survey does not succeed."""
        try:
            async with asyncio.timeout(SURVEY_SECONDS):
                await connection.ask(applications.leave_out(self._application, UNWANTED))
                found = await listing.look(connection, self._application, self._inbound.legs())
        except (AriError, TimeoutError) as error:
            log.warning("the node did not get ready", node=self.node.name, reason=repr(error))
            return
        self._take_over(found)
        metrics.unreadable_legs.labels(node=self.node.name).set(found.left_out)
        metrics.link_up.labels(node=self.node.name, link="ari").set(1)
        log.info("node ready", node=self.node.name)
        if found.left_out:
            log.error("legs that Asterisk cannot describe", node=self.node.name, count=found.left_out)
        await self.accounts.keep(connection)

    def _take_over(self, found: Listing) -> None:
        """Replace what we knew of the node and tell it, and what happened since the socket was opened.

        A call that came meanwhile is new, not found. What the survey says already, events do not say again.
        A leg of ours that has ended tells how before the survey, which only knows that it is not there.
        """
        held, self._held = self._held or [], None
        found = self._dialler.keep_ours(found)
        over = survey.ended(held, found)
        for message in held:
            if leg_of(message) in over:
                self._handle(message)
        new = {event.channel.id for event in held if isinstance(event, StasisStart)}
        result = survey.survey(self.node.name, self._application, found)
        self._inbound.clear()
        for call, channel in survey.legs(self.node.name, self._application, found.channels).items():
            if channel.id not in new:
                self._inbound.adopt(channel, call)
        for offer in result.offers:
            self._inbound.adopt_offer(offer.offer, offer.answered)
        for callee in result.callees:
            self._inbound.adopt_callee(callee.call, callee.answered)
        calls = tuple(call for call in result.calls if self.has(call.call))
        result = replace(result, calls=calls)
        self._bridging.surveyed(result, survey.useless(found.bridges))
        self.ready = True
        self._post(result)
        for message in held:
            if leg_of(message) not in over:
                self._handle(message)

    def _take(self, data: Mapping[str, Any]) -> None:
        """Take an event from the reader."""
        kind = str(data.get("type"))
        self._count(kind)
        if kind not in USED:
            return
        try:
            message = EVENT.validate_python(data)
        except ValidationError as error:
            log.warning("an ARI event that does not fit", event_kind=kind, problems=error.error_count())
            return
        if isinstance(message, ApplicationReplaced):
            self._stand_down()
            return
        if isinstance(message, StasisStart):
            self._age.observe(max(0.0, time.time() - message.timestamp.timestamp()))
        if self._held is None:
            self._handle(message)
        else:
            self._held.append(message)

    def _handle(self, message: AnyEvent) -> None:
        """Translate the event and tell it; whatever is wrong with it costs that event alone."""
        try:
            if names.trial_of(leg_of(message)) is not None:
                self._of_trial(message)
                return
            if menu_calls.is_of_one(message):
                self._of_menu_call(message)
                return
            if isinstance(message, StasisStart) and not self._dialler.started(message):
                return
            event = self._inbound.translate(message)
            if isinstance(event, Doubt):
                self._spawn(self._find_out(event), "where is it")
            elif event is not None:
                self._pass_on(event)
        except Exception:
            metrics.link_errors.labels(node=self.node.name, link="ari").inc()
            log.exception("an ARI event could not be handled", event_kind=message.type)

    async def _find_out(self, doubt: Doubt) -> None:
        """Ask where a leg is that left Stasis: its hang-up may have been before we listened.

        When nobody can tell, the caller is said to have left: then somebody calls back.
        """
        for _ in range(DOUBT_TRIES):
            await asyncio.sleep(DOUBT_SECONDS)
            connection = self._connection
            if connection is None:
                return  # the next survey tells
            try:
                leg = CHANNEL.validate_python(await connection.fetch(channels.one(doubt.channel)))
            except NotFound:
                break
            except (AriError, ValidationError):
                continue
            if listing.is_in_dialplan(leg):
                self._post(CallReleased(doubt.call))
                return
        self._post(CallerLeft(doubt.call))

    def _count(self, kind: str) -> None:
        if kind not in self._counters and len(self._counters) >= KINDS:
            kind = "other"
        counter = self._counters.get(kind)
        if counter is None:
            counter = self._counters[kind] = metrics.ari_events.labels(node=self.node.name, type=kind)
        counter.inc()

    def _pass_on(self, event: Event) -> None:
        if isinstance(event, OfferEnded):
            self._bridging.operator_ended(event.offer)
        elif isinstance(event, CalleeEnded):
            self._bridging.part(event.call)
        self._post(event)

    def _stand_down(self) -> None:
        log.error("application replaced by another process; standing down", node=self.node.name)
        self._replaced = True
        if self._connection is not None:
            self._spawn(self._connection.close(), "close")

    def _destroy(self, useless: Iterable[str], tries: int = END_TRIES) -> None:
        names = tuple(useless)
        self._send([bridges.destroy(name) for name in names], partial(self._tidied, names, tries))

    def _tidied(self, names: Sequence[str], tries: int, answers: list[Answer]) -> None:
        """Try again what did not work; a bridge without legs stays for ever."""
        left = []
        for name, answer in zip(names, answers, strict=True):
            if isinstance(answer, AriError) and not isinstance(answer, NotFound | Disconnected):
                log.warning("clean-up failed", node=self.node.name, reason=str(answer))
                left.append(name)
        if left and tries > 1:
            self._later(partial(self._destroy, left, tries - 1))

    def _later(self, again: Callable[[], None]) -> None:
        """Try again in a moment."""
        asyncio.get_running_loop().call_later(END_AGAIN_SECONDS, again)

    def _send(self, requests: Sequence[Request], answered: Answered) -> None:
        """Send what belongs together; `answered` is called in any case, sooner or later."""
        if self._connection is not None:
            self._connection.send(requests, answered)
        else:
            answered([Disconnected("no link to the node") for _ in requests])

    def _end_again(self, command: TelephoneCommand, error: Exception, tries: int) -> None:
        """Ask again for an end that did not work; without a word then."""
        if tries <= 1 or isinstance(error, Disconnected):
            return
        if isinstance(command, EndOffer):
            self._later(partial(self.do, EndOffer(command.offer), tries - 1))
        elif isinstance(command, EndCallee):
            self._later(partial(self.do, command, tries - 1))

    def _settled(
        self, command: TelephoneCommand, plan: outbound.Plan, tries: int, answers: list[Answer]
    ) -> None:
        """Post what the answers mean."""
        error = plan.failure_of(answers)
        if error is not None:
            self._end_again(command, error, tries)
            gone = self.ready and outbound.is_gone(command, error)
            self._post(CommandFailed(command, gone=gone, reason=str(error)))
            if isinstance(command, Join | JoinCallee) and not isinstance(error, Disconnected):
                self._bridging.not_joined(command)
        elif plan.done is not None:
            self._post(plan.done)

    def _spawn(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=f"{name} {self.node.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
