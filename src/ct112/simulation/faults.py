"""What breaks in the large: processes, machines, links, phones, clocks. Each fault ends, but for one."""

from collections import Counter
from collections.abc import Callable

from ct112.simulation.centre import Centre
from ct112.simulation.city import City
from ct112.simulation.node import Node
from ct112.simulation.people import wrong_clock
from ct112.simulation.phones import Phone
from ct112.simulation.scenario import FAULTS_A_HOUR, PAGES_A_HOUR

DOWN = (0.2, 25.0)  # seconds until a process that ended is there again: on both sides of the switch
CUT_OFF = (0.0, 12.0)  # around the dead-man's switch, with what it takes to connect
STALL = (1.0, 8.0)
OUTAGE = (2.0, 120.0)
LOADED = (0.5, 4.0)  # seconds until a page that is loaded again is registered
CLOSED = (4.0, 60.0)
OUTAGES = ("away", "hung", "slow", "refuses")


class Faults:
    """Lets things break at the rates of FAULTS_A_HOUR, until the night is over."""

    def __init__(self, city: City, centre: Centre) -> None:
        self._city = city
        self._engine = city.engine
        self._centre = centre
        self.count: Counter[str] = Counter()
        self._faults: dict[str, Callable[[], None]] = {
            "crash": self._crash,
            "leave": centre.leave,
            "cut": self._cut,
            "silence": self._silence,
            "ami cut": self._ami_cut,
            "stall": self._stall,
            "restart": self._restart,
            "lost for good": self._lose_for_good,
            "phone dies": self._phone_dies,
            "unregister": self._unregister,
            "pause": centre.seats.pause,
            "shift change": centre.seats.shift_change,
            "clock": self._set_clock,
            "database away": self._outage,
            "page goes": self._page_goes,
            "page crashes": self._page_crashes,
        }
        self._rates = FAULTS_A_HOUR | (PAGES_A_HOUR if city.scenario.pages else {})
        centre.start_again = self._start_again
        for name in self._rates:
            self._next(name)

    def _next(self, name: str) -> None:
        gap = self._engine.random.expovariate(self._rates[name] / 3600)
        if self._engine.time + gap < self._city.until:
            self._engine.after(gap, lambda: self._break(name))

    def _break(self, name: str) -> None:
        self._next(name)
        self.count[name] += 1
        self._engine.note("fault", name)
        self._faults[name]()

    def _a_node(self) -> Node:
        return self._engine.random.choice(list(self._city.nodes.values()))

    # ── ct112

    def _crash(self) -> None:
        if self._centre.life is not None:
            self._centre.kill()
            self._start_again()

    def _start_again(self) -> None:
        self._engine.after(self._engine.between(DOWN), self._centre.start)

    # ── links

    def _cut(self) -> None:
        """Asterisk and we see it at once; it may take a while until it can be opened again."""
        node = self._a_node()
        node.cut_off_until = self._engine.time + self._engine.between(CUT_OFF)
        for socket in [] if self._centre.life is None else self._centre.life.sockets(node.name):
            self._engine.note("link", f"to {node.name} is cut")
            socket.break_off()

    def _silence(self) -> None:
        """Nothing goes either way, and both believe that all is well until the ping fails."""
        node = self._a_node()
        node.cut_off_until = self._engine.time + self._engine.between(CUT_OFF)
        for socket in [] if self._centre.life is None else self._centre.life.sockets(node.name):
            self._engine.note("link", f"to {node.name} falls silent")
            socket.fall_silent()

    def _ami_cut(self) -> None:
        node = self._a_node()
        for manager in [] if self._centre.life is None else self._centre.life.managers(node.name):
            manager.break_off()

    def _stall(self) -> None:
        self._a_node().stalled_until = self._engine.time + self._engine.between(STALL)

    # ── nodes

    def _restart(self) -> None:
        node = self._a_node()
        if node.alive:
            self._engine.note("node", f"{node.name} ends with {len(node.channels)} legs")
            node.crash()
            self._engine.after(self._engine.between(DOWN), lambda: self._up_again(node))

    def _up_again(self, node: Node) -> None:
        if not node.lost_for_good:
            self._engine.note("node", f"{node.name} is there again")
            node.start()

    def _lose_for_good(self) -> None:
        """One node at most: a centre has more than one because of this."""
        node = self._a_node()
        if len(self._city.nodes) > 1 and not any(one.lost_for_good for one in self._city.nodes.values()):
            self._engine.note("node", f"{node.name} is lost for good with {len(node.channels)} legs")
            node.lost_for_good = True
            if node.alive:
                node.crash()

    def _set_clock(self) -> None:
        """A machine's clock is set: right, or wrong."""
        clock = self._engine.random.choice(
            [self._centre.clock, *(one.clock for one in self._city.nodes.values())]
        )
        clock.wrong_by = 0.0 if self._engine.chance(0.5) else wrong_clock(self._engine)
        self._engine.note("clock", f"of a machine is wrong by {clock.wrong_by:.1f} s now")

    # ── phones and people

    def _phone_dies(self) -> None:
        self._engine.random.choice(list(self._city.phones.values())).die()

    def _unregister(self) -> None:
        self._engine.random.choice(list(self._city.phones.values())).unregister()

    def _page_goes(self) -> None:
        """In a talk: loaded again, most of the time; closed, and the person comes back later, else."""
        if talking := self._talking():
            soon = self._engine.chance(0.6)
            self._engine.random.choice(talking).page_goes(self._engine.between(LOADED if soon else CLOSED))

    def _page_crashes(self) -> None:
        if talking := self._talking():
            self._engine.random.choice(talking).die()

    def _talking(self) -> list[Phone]:
        return [phone for phone in self._city.phones.values() if phone.talks]

    # ── the database

    def _outage(self) -> None:
        outage = self._centre.outage
        outage.how = self._engine.random.choice(OUTAGES)
        self._engine.note("database", outage.how)
        self._engine.after(self._engine.between(OUTAGE), lambda: outage.end(self._engine.time))
