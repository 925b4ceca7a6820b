"""How the service is: for /readyz, and as gauges."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

from ct112 import metrics
from ct112.asterisk.ami_nodes import AmiNodes
from ct112.asterisk.telephone import AsteriskTelephone
from ct112.core.ids import NodeName
from ct112.http.health import Health, Part
from ct112.serve.config_sync import ConfigSync
from ct112.serve.duty import Alarm, Duty, duty, planned
from ct112.serve.fallback import FallbackReader
from ct112.serve.seating import SeatingKeeper
from ct112.serve.switchboard import Switchboard
from ct112.store import SpoolJournal

EVERY_SECONDS = 1.0
CALL_STATES = (
    "Arriving",
    "InMenu",
    "Waiting",
    "Kept",
    "Offered",
    "Joining",
    "Talking",
    "Stranded",
    "Leaving",
)
OPERATOR_STATES = ("OffDuty", "Ready", "Ringing", "OnCall", "WrapUp", "Resting")


class Watch:
    """Looks at the parts; changes nothing."""

    def __init__(
        self,
        switchboard: Switchboard,
        telephone: AsteriskTelephone,
        ami: AmiNodes,
        keeper: ConfigSync,
        journal: SpoolJournal,
        fallback: FallbackReader,
        seating: SeatingKeeper,
        troubles: Callable[[], Mapping[str, str]],
        *,
        now: Callable[[], float],
        wall: Callable[[], float],
        control: bool,
    ) -> None:
        """Look at these. `troubles`: the tasks that died lately, and why; `now`: the switchboard's time;
        `wall`: the machine's clock, which the roster goes by.
        `control`: whether the control door has a token.
        """
        self._control = control
        self._now, self._wall = now, wall
        self._alarm = Alarm()
        self._troubles = troubles
        self._switchboard = switchboard
        self._telephone = telephone
        self._ami = ami
        self._keeper = keeper
        self._journal = journal
        self._fallback = fallback
        self._seating = seating

    def health(self) -> Health:
        """Return each part's health; `needed`: calls would not be handled without it."""
        links = self._telephone.ready()
        ami = self._ami.ready()
        floor = self._switchboard.floor
        phones = sum(bool(seat.phones) for seat in floor.positions.values() if seat.operator is not None)
        parts: tuple[Part, ...] = (
            Part("calls", not floor.draining, "leaving" if floor.draining else "taken", needed=True),
            Part("ari", any(links.values()), _said(links), needed=True),
            Part("ami", all(ami.values()), _said(ami), needed=False),
            Part("database", self._keeper.database_ok, self._database(), needed=False),
            Part("spool", self._journal.healthy, self._spool(), needed=False),
            Part("phones", phones > 0, f"{phones} of operators registered", needed=False),
            self._duty_part(),
            self._seating_part(),
            self._trunk_part(),
            self._accounts(),
            self._settings_part(),
        )
        there = sum(self._fallback.in_progress.values())
        told = "; ".join([f"{there} calls in Asterisk's own queue", *self._fallback.troubles()])
        well = there == 0 and not self._fallback.troubles()
        parts += (Part("fallback", well, told, needed=False),)
        parts += (self._tasks(), self._door())
        return Health(ready=all(part.ok for part in parts if part.needed), parts=parts)

    def _tasks(self) -> Part:
        troubles = self._troubles()
        detail = ", ".join(f"{name} died: {reason}" for name, reason in troubles.items())
        return Part("tasks", not troubles, detail or "all run", needed=False)

    def _door(self) -> Part:
        """Return whether web and worker can be let in."""
        said = "has a token" if self._control else "refuses everybody: set CT112_CONTROL_TOKEN"
        return Part("control", self._control, said)

    def _duty(self) -> Duty:
        floor = self._switchboard.floor
        should_be = planned(self._keeper.known.roster, self._wall())
        return duty(floor.calls, floor.positions, self._now(), should_be)

    def _duty_part(self) -> Part:
        """Return whether somebody is there, and as many as planned."""
        now_is = self._duty()
        return Part("duty", now_is.well, str(now_is), needed=False)

    def _seating_part(self) -> Part:
        """Return whether a restart would know who sits where."""
        kept = self._seating.healthy
        return Part(
            "seating", kept, "kept on the disk" if kept else "cannot be kept on the disk: see the log"
        )

    def _trunk_part(self) -> Part:
        """Return whether the carrier answers: calls may come all the same, call-backs cannot go out."""
        found = self._ami.trunks()
        several = any(len(trunks) > 1 for trunks in found.values())
        said = ", ".join(
            f"{node}: {f'{trunk.endpoint} ' if several else ''}{trunk}"
            for node, trunks in found.items()
            for trunk in trunks
        )
        well = any(
            trunk.reached and trunk.registered is not False for each in found.values() for trunk in each
        )
        return Part("trunk", well or not found, said or "no nodes", needed=False)

    def _accounts(self) -> Part:
        """Return whether every position has its SIP account on every node."""
        bad = dict.fromkeys(self._keeper.unusable, "its name cannot be used")
        for node, names in self._telephone.refused().items():
            bad |= dict.fromkeys(names, f"refused by node {node}")
        told = ", ".join(f"{name}: {why}" for name, why in sorted(bad.items()))
        return Part("accounts", not bad, told or "all positions have theirs", needed=False)

    def _settings_part(self) -> Part:
        """Return whether the floor goes by the newest settings."""
        settings = self._keeper.settings
        return Part("settings", not settings.refused, str(settings), needed=False)

    def _spool(self) -> str:
        return (
            "written" if self._journal.healthy else "cannot be written: facts are in memory only, see the log"
        )

    async def run(self) -> None:
        """Set the gauges every second until cancelled."""
        while True:
            floor = self._switchboard.floor
            calls = Counter(type(call.state).__name__ for call in floor.calls.values())
            for state in CALL_STATES:
                metrics.calls_live.labels(state=state).set(calls[state])
            operators = Counter(type(one.state).__name__ for one in floor.positions.values())
            for state in OPERATOR_STATES:
                metrics.operators.labels(state=state).set(operators[state])
            self._measure_trunks()
            metrics.spool_behind_seconds.set(self._journal.behind())
            self._alarm.look(self._duty(), self._now())
            await asyncio.sleep(EVERY_SECONDS)

    def _measure_trunks(self) -> None:
        for node, trunks in self._ami.trunks().items():
            for trunk in trunks:
                metrics.trunk_reached.labels(node=node, trunk=trunk.endpoint).set(trunk.reached)
                if trunk.registered is not None:
                    metrics.trunk_registered.labels(node=node, trunk=trunk.endpoint).set(trunk.registered)

    def _database(self) -> str:
        waiting = f"{len(self._journal)} writes waiting"
        return waiting if self._keeper.database_ok else f"away, calls are answered as always; {waiting}"


def _said(links: Mapping[NodeName, bool]) -> str:
    """Return "a: ready, b: not ready"."""
    return ", ".join(f"{node}: {'ready' if ready else 'not ready'}" for node, ready in links.items())
