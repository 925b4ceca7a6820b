"""The `Telephone` port over any number of Asterisk nodes: each command goes to the node its call is on."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import aiohttp

from ct112 import metrics
from ct112.asterisk import ari, names
from ct112.asterisk.accounts import SipAccount
from ct112.asterisk.ari.connection import OnEvent
from ct112.asterisk.link import Link, StandDown
from ct112.asterisk.menu_calls import MenuLeg, MenuNews
from ct112.asterisk.testing import EndNews, TrialEnd
from ct112.asterisk.wire import Connect, Node, Wire
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import DialCallee, EndCallee, EndOffer, JoinCallee, RingOperator, TelephoneCommand
from ct112.core.events import CommandFailed
from ct112.core.ids import NodeName, PositionName
from ct112.core.ivr import Prompt
from ct112.core.ports import Post

PhoneOf = Callable[[NodeName, PositionName], str]
AT_ONCE = 16  # connections to one node: Asterisk serves at most 100 over HTTP (http.conf: sessionlimit)

__all__ = ["AsteriskTelephone", "Node", "SipAccount", "StandDown"]


def _softphone(_node: NodeName, position: PositionName) -> str:
    return names.endpoint_of(position)


class AsteriskTelephone:
    """Keeps a link to every node and sends commands over them. Nothing here waits."""

    def __init__(
        self,
        nodes: Sequence[Node],
        *,
        application: str,
        prompts_url: str,
        trunk: str,
        post: Post,
        connect: Connect | None = None,
        phone_of: PhoneOf = _softphone,
    ) -> None:
        """`prompts_url`: where nodes fetch prompts; `trunk`: the endpoint that is not a position.

        `phone_of`: which of a position's phones a node is to ring now.

        `connect` opens the connections; without it they are ARI over a WebSocket and HTTP.
        """
        self._application = application
        self._post = post
        self._session: aiohttp.ClientSession | None = None
        self._links = [
            Link(
                node,
                application=application,
                prompts_url=prompts_url,
                trunk=trunk,
                post=post,
                connect=connect or self._open,
                endpoint_of=partial(phone_of, node.name),
            )
            for node in nodes
        ]

    def ready(self) -> Mapping[NodeName, bool]:
        """Return for each node whether its link is up and surveyed."""
        return {link.node.name: link.ready for link in self._links}

    def refused(self) -> Mapping[NodeName, frozenset[str]]:
        """Return for each node the positions whose SIP account it does not take."""
        return {link.node.name: frozenset(link.accounts.refused) for link in self._links}

    def set_accounts(self, accounts: Sequence[SipAccount]) -> None:
        """Want these SIP accounts, and no others, on every node."""
        for link in self._links:
            link.accounts.want(accounts)

    def set_sayings(self, sayings: Mapping[CallbackResult, Prompt]) -> None:
        """Say this to an operator whose call-back reached nobody."""
        for link in self._links:
            link.planner.sayings = sayings

    def on_trial(self, take: Callable[[EndNews], None]) -> None:
        """Pass on what happens to the callers' ends of test calls."""
        for link in self._links:
            link.on_trial = take

    def trial(self, node: NodeName, name: str) -> TrialEnd:
        """Return the caller's end of a test call of this name at a node. Raises StopIteration for no node."""
        return next(link for link in self._links if link.node.name == node).trial(name)

    def on_menu_call(self, take: Callable[[MenuNews], None]) -> None:
        """Pass on what happens to the legs of menu calls."""
        for link in self._links:
            link.on_menu_call = take

    def menu_leg(self, node: NodeName, name: str, position: PositionName) -> MenuLeg:
        """Return the leg of a menu call at a node. Raises StopIteration for no node."""
        return next(link for link in self._links if link.node.name == node).menu_leg(name, position)

    async def run(self) -> None:
        """Keep every link until cancelled; raises what a link raises (StandDown)."""
        connector = aiohttp.TCPConnector(limit_per_host=AT_ONCE)
        async with aiohttp.ClientSession(connector=connector) as session:
            self._session = session
            tasks = [asyncio.create_task(link.run(), name=f"link {link.node.name}") for link in self._links]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def do(self, command: TelephoneCommand) -> None:
        """Start carrying a command out on the node of its call."""
        if isinstance(command, EndOffer):
            self._end_offer(command)
            return
        if isinstance(command, RingOperator | DialCallee | JoinCallee | EndCallee):
            link = next((one for one in self._links if one.node.name == command.node), None)
        else:
            link = next((one for one in self._links if one.has(command.call)), None)
        if link is None:
            gone = all(one.ready for one in self._links)  # else it may be on the one that is not
            self._post(CommandFailed(command, gone=gone, reason="no node has this call"))
        else:
            link.do(command)

    def _end_offer(self, command: EndOffer) -> None:
        """The caller's leg may be gone, and with it the knowledge of the node: tell all that listen.

        A node that does not listen is surveyed before it is used again, and says which offers it has.
        """
        for link in self._links:
            if link.ready:
                link.do(command)

    async def _open(self, node: Node, on_event: OnEvent) -> Wire:
        assert self._session is not None, "run() opens the session first"
        return await ari.connect(
            self._session,
            node.ari_url,
            application=self._application,
            user=node.user,
            password=node.password,
            on_event=on_event,
            observe=metrics.ari_request_seconds.labels(node=node.name).observe,
        )
