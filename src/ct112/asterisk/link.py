"""One node's life: connect, ask what is true, say ready, follow; and all of it again after a loss."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from prometheus_client import Counter
from pydantic import ValidationError

from ct112 import logs, metrics
from ct112.asterisk import accounts, names, outbound, survey
from ct112.asterisk.accounts import SipAccount
from ct112.asterisk.ari import (
    Answer,
    Answered,
    AriError,
    Disconnected,
    NotFound,
    Request,
    applications,
    asterisk_config,
    bridges,
    channels,
)
from ct112.asterisk.ari.models import (
    BRIDGES,
    CHANNELS,
    EVENT,
    UNWANTED,
    USED,
    ApplicationReplaced,
    AsteriskInfo,
    StasisStart,
)
from ct112.asterisk.inbound import Inbound
from ct112.asterisk.wire import Connect, Node, Wire
from ct112.core.commands import Join, JoinOut, TelephoneCommand
from ct112.core.events import (
    CallArrived,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    Event,
    NodeLost,
    NodeSurveyed,
    OfferEnded,
)
from ct112.core.ids import BACK, CallId, OfferId, call_of
from ct112.ports import Post

log = logs.get("link")

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


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
    ) -> None:
        """`connect` opens a connection to the node."""
        self.node = node
        self.ready = False
        self._application = application
        self._trunk = trunk
        self._post = post
        self._connect = connect
        self._inbound = Inbound(node.name, self._forget)
        self._planner = outbound.Planner(application, prompts_url, trunk, self._inbound.channel_of)
        self._connection: Wire | None = None
        self._held: list[Event] | None = None
        self._joined: dict[CallId, OfferId] = {}
        self._accounts: Sequence[SipAccount] = ()
        self.refused: set[str] = set()  # positions whose SIP account Asterisk does not take
        self._accounts_changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._replaced = False
        self._counters: dict[str, Counter] = {}  # to look one up by its labels costs more
        self._age = metrics.ari_event_age_seconds.labels(node=node.name)

    def has(self, call: CallId) -> bool:
        """Return whether the caller's leg of this call is on this node and in our hands."""
        return self._inbound.channel_of(call) is not None

    def set_accounts(self, wanted: Sequence[SipAccount]) -> None:
        """Want these accounts, and no others, on the node from now on."""
        self._accounts = tuple(wanted)
        self.refused &= {account.position for account in wanted}
        self._accounts_changed.set()

    async def run(self) -> None:
        """Stay connected until cancelled. Raises StandDown when another process took the application over."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                connection = await self._connect(self.node, self._take)
            except AriError as error:
                log.warning("no link to the node", node=self.node.name, reason=str(error))
            else:
                pause = FIRST_PAUSE_SECONDS
                await self._live(connection)
            if self._replaced:
                raise StandDown(
                    f"node {self.node.name}: another process runs application {self._application}"
                )
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def do(self, command: TelephoneCommand) -> None:
        """Start carrying a command out; what goes wrong is posted."""
        try:
            plan = self._planner.plan(command)
        except ValueError as error:
            self._post(outbound.failure(command, str(error), gone=False))
            return
        if plan is None:
            self._post(outbound.failure(command, "the caller's leg is not in our hands", gone=True))
            return
        if isinstance(command, Join | JoinOut):
            self._joined[command.call] = command.offer
        self._send(plan.requests, partial(self._settled, command, plan))

    async def _live(self, connection: Wire) -> None:
        """Use one connection from its first survey to its end."""
        self._connection, self._held = connection, []
        self._inbound.clear()
        reader = asyncio.create_task(connection.run(), name=f"ari {self.node.name}")
        keeper = asyncio.create_task(self._get_ready(connection), name=f"ready {self.node.name}")
        try:
            await asyncio.wait([reader, keeper], return_when=asyncio.FIRST_COMPLETED)
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
        """Survey, say ready, then keep the accounts right; ends when something of it fails."""
        try:
            await connection.ask(applications.leave_out(self._application, UNWANTED))
            self._deliver(await self._survey(connection))
            self.ready = True
            metrics.link_up.labels(node=self.node.name, link="ari").set(1)
            log.info("node ready", node=self.node.name)
            await self._keep_accounts(connection)
        except (AriError, ValidationError) as error:
            log.warning("the node did not get ready", node=self.node.name, reason=str(error))

    async def _survey(self, connection: Wire) -> NodeSurveyed:
        """Ask for all channels and bridges, take over what is ours, hear of it from now on."""
        info = AsteriskInfo.model_validate(await connection.ask(asterisk_config.info()))
        found = CHANNELS.validate_python(await connection.fetch(channels.every()))
        joined = BRIDGES.validate_python(await connection.fetch(bridges.every()))
        result = survey.survey(self.node.name, self._application, found, joined, info)
        for call, channel in survey.legs(self.node.name, self._application, found).items():
            self._inbound.adopt(channel, call)
        for offer in result.offers:
            self._inbound.adopt_offer(offer.offer, offer.answered)
        self._joined = {call.call: call.joined for call in result.calls if call.joined is not None}
        self._joined |= {call_of(one.offer): one.offer for one in result.offers if one.offer.startswith(BACK)}
        callees = [one.id for one in found if names.callee_of(one.id) is not None]
        legs = [self._inbound.channel_of(call.call) for call in result.calls]
        legs += [names.operator_channel(offer.offer) for offer in result.offers]
        await self._subscribe(connection, [leg for leg in (*legs, *callees) if leg])
        return result

    async def _subscribe(self, connection: Wire, legs: Sequence[str]) -> None:
        """Hear of these legs again; one that ended meanwhile says so by its own event or is not there."""
        replies = [
            connection.start(applications.subscribe(self._application, f"channel:{leg}")) for leg in legs
        ]
        for answer in await asyncio.gather(*replies, return_exceptions=True):
            if isinstance(answer, Disconnected):
                raise answer

    def _deliver(self, surveyed: NodeSurveyed) -> None:
        """Post the survey, then what happened while it was made.

        A call that arrived meanwhile is new, not found; one that left meanwhile is not ours any more.
        """
        held, self._held = self._held or [], None
        new = {event.call for event in held if isinstance(event, CallArrived)}
        self._post(replace(surveyed, calls=tuple(one for one in surveyed.calls if one.call not in new)))
        for event in held:
            if isinstance(event, CallerLeft | CallReleased):
                self._inbound.release(event.call)
            self._post(event)

    async def _keep_accounts(self, connection: Wire) -> None:
        while True:
            self._accounts_changed.clear()
            changed = await accounts.push(connection, self._accounts, keep=self._trunk, refused=self.refused)
            if changed:
                log.info("SIP accounts brought up to date", node=self.node.name, objects=changed)
            await self._accounts_changed.wait()

    def _take(self, data: Mapping[str, Any]) -> None:
        """Take an event from the reader: translate, and post or hold it."""
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
        event = self._inbound.translate(message)
        if event is not None:
            self._pass_on(event)

    def _count(self, kind: str) -> None:
        counter = self._counters.get(kind)
        if counter is None:
            counter = self._counters[kind] = metrics.ari_events.labels(node=self.node.name, type=kind)
        counter.inc()

    def _pass_on(self, event: Event) -> None:
        if isinstance(event, OfferEnded):
            self._ended(event.offer)
        elif isinstance(event, CalleeEnded):
            self._part(event.call)
        if self._held is None:
            self._post(event)
        else:
            self._held.append(event)

    def _stand_down(self) -> None:
        log.error("application replaced by another process; standing down", node=self.node.name)
        self._replaced = True
        if self._connection is not None:
            self._spawn(self._connection.close(), "close")

    def _ended(self, offer: OfferId) -> None:
        """The operator's leg of a joined call is gone; that of an earlier offer means nothing."""
        if self._joined.get(call_of(offer)) == offer:
            self._part(call_of(offer))

    def _forget(self, call: CallId) -> None:
        """The caller's leg left us: its bridge is of no use any more."""
        self._part(call)

    def _part(self, call: CallId) -> None:
        """Take the call's bridge away, so that the caller can be played to again."""
        offer = self._joined.pop(call, None)
        if offer is not None:
            self._send((bridges.destroy(names.bridge_of(offer)),), self._tidied)

    def _tidied(self, answers: list[Answer]) -> None:
        for answer in answers:
            if isinstance(answer, AriError) and not isinstance(answer, NotFound | Disconnected):
                log.warning("clean-up failed", node=self.node.name, reason=str(answer))

    def _send(self, requests: Sequence[Request], answered: Answered) -> None:
        """Send what belongs together; `answered` is called in any case, sooner or later."""
        if self._connection is not None:
            self._connection.send(requests, answered)
        else:
            answered([Disconnected("no link to the node") for _ in requests])

    def _settled(self, command: TelephoneCommand, plan: outbound.Plan, answers: list[Answer]) -> None:
        """Post what the answers mean."""
        error = plan.failure_of(answers)
        if error is not None:
            gone = outbound.is_gone(command, error)
            self._post(outbound.failure(command, str(error), gone=gone))
        elif plan.done is not None:
            self._post(plan.done)

    def _spawn(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=f"{name} {self.node.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
