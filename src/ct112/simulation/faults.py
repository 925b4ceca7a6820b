"""What breaks in the large: processes, links, phones, people. Each fault has an end."""

from collections import Counter
from collections.abc import Callable

from ct112.core.ids import PositionName
from ct112.simulation.asterisk import Node
from ct112.simulation.centre import Centre
from ct112.simulation.city import City
from ct112.simulation.scenario import FAULTS_A_HOUR

DOWN = (0.2, 25.0)  # seconds until a process that ended is there again: on both sides of the switch
NOTICED = (0.5, 4.0)  # seconds until a silent link is noticed
RECONNECT = (0.2, 3.0)
PAUSE = (5.0, 120.0)


class Faults:
    """Lets things break at the rates of FAULTS_A_HOUR, until the night is over."""

    def __init__(self, city: City, centre: Centre) -> None:
        self._city = city
        self._engine = city.engine
        self._centre = centre
        self.count: Counter[str] = Counter()
        for name in FAULTS_A_HOUR:
            self._next(name)

    def _next(self, name: str) -> None:
        gap = self._engine.random.expovariate(FAULTS_A_HOUR[name] / 3600)
        if self._engine.time + gap < self._city.until:
            self._engine.after(gap, lambda: self._break(name))

    def _break(self, name: str) -> None:
        self._next(name)
        faults: dict[str, Callable[[], None]] = {
            "crash": self._crash,
            "leave": self._leave,
            "cut": self._cut,
            "silence": self._silence,
            "restart": self._restart,
            "unregister": self._unregister,
            "pause": self._pause,
        }
        self.count[name] += 1
        self._engine.note("fault", name)
        faults[name]()

    def _between(self, limits: tuple[float, float]) -> float:
        return self._engine.random.uniform(*limits)

    def _a_node(self) -> Node:
        return self._engine.random.choice(list(self._city.exchange.nodes.values()))

    def _crash(self) -> None:
        if self._centre.switchboard is not None:
            self._centre.kill()
            self._engine.after(self._between(DOWN), self._centre.start)

    def _leave(self) -> None:
        self._centre.leave()
        self._engine.after(10.1 + self._between(DOWN), self._centre.start)

    def _cut(self) -> None:
        """Asterisk and we see it at once."""
        node = self._a_node()
        if node.link == "up":
            self._broken(node)

    def _silence(self) -> None:
        """Nothing goes either way, and both believe that all is well until the ping fails."""
        node = self._a_node()
        if node.link == "up":
            node.link = "silent"
            node.epoch += 1
            epoch = node.epoch
            self._engine.after(
                self._between(NOTICED), lambda: self._broken(node) if node.epoch == epoch else None
            )

    def _broken(self, node: Node) -> None:
        node.link = "down"
        node.epoch += 1
        epoch = node.epoch
        self._centre.lost(node.name)
        self._engine.after(
            self._between(RECONNECT), lambda: self._centre.connect(node) if node.epoch == epoch else None
        )

    def _restart(self) -> None:
        """The node's calls are gone, on both sides of every talk."""
        node = self._a_node()
        if not node.alive:
            return
        was_up = node.link != "down"
        node.alive, node.link = False, "down"
        node.epoch += 1
        for leg in list(node.operator_legs.values()):
            self._city.exchange.remove_operator(leg)
        for caller in list(node.legs.values()):
            caller.ours = False  # nobody tells us of its end
            self._city.left(caller)
        if was_up:
            self._centre.lost(node.name)
        self._engine.after(self._between(DOWN), lambda: self._up_again(node))

    def _up_again(self, node: Node) -> None:
        node.alive, node.up_since = True, self._engine.time
        self._centre.connect(node)

    def _unregister(self) -> None:
        self._city.phone_dies(self._engine.random.choice(list(self._city.exchange.phones)))

    def _pause(self) -> None:
        position = self._engine.random.choice(list(self._city.exchange.phones))
        self._centre.paused.add(position)
        self._centre.post(self._centre.roster())
        self._engine.after(self._between(PAUSE), lambda: self._back(position))

    def _back(self, position: PositionName) -> None:
        self._centre.paused.discard(position)
        self._centre.post(self._centre.roster())
