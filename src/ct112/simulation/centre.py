"""ct112's life in the simulation: started, killed, told to leave, started again with what was durable."""

from collections.abc import Callable

from ct112.core.events import Event, NodeLost, NodeSurveyed, PhoneSeen, RosterChanged, Staff
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OperatorName, PositionName
from ct112.core.ivr import IvrDocument
from ct112.core.policy import Policy
from ct112.core.record import CallRecord, Fact
from ct112.simulation.asterisk import Node
from ct112.simulation.city import City
from ct112.simulation.engine import Engine
from ct112.switchboard import Switchboard

COMMIT = (0.0005, 0.005)  # seconds until what was saved is on the disk
SURVEY = (0.005, 0.2)
RELEASE_SECONDS = 10.0


class Disk:
    """What is durable: the newest record of every call. What was not committed dies with the process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._life = 0
        self.records: dict[CallId, CallRecord] = {}
        self.written: Callable[[CallRecord], None] = lambda _: None

    def save(self, record: CallRecord) -> None:
        """Have the record on the disk soon."""
        life = self._life
        self._engine.after(
            self._engine.random.uniform(*COMMIT), lambda: self._commit(record) if life == self._life else None
        )

    def note(self, fact: Fact) -> None:
        """Facts follow from what is checked on the records."""

    def _commit(self, record: CallRecord) -> None:
        known = self.records.get(record.call)
        if known is None or known.revision < record.revision:
            self.records[record.call] = record
            self.written(record)

    def crash(self) -> None:
        """Forget what was under way."""
        self._life += 1

    def open_records(self) -> list[CallRecord]:
        """Return the calls that had not ended, as the spool remembers them."""
        return [record for record in self.records.values() if record.ended_at is None]


class Centre:
    """One ct112 after another. `switchboard` is None while none runs."""

    def __init__(self, city: City, document: IvrDocument, policy: Policy) -> None:
        self._city = city
        self._engine = city.engine
        self._document = document
        self._policy = policy
        self.disk = Disk(city.engine)
        self.switchboard: Switchboard | None = None
        self.paused: set[PositionName] = set()
        self.start()

    @property
    def floor(self) -> Floor | None:
        """The floor of the ct112 that runs."""
        return None if self.switchboard is None else self.switchboard.floor

    def start(self) -> None:
        """Start one, connect it to every node that is there."""
        if self.switchboard is not None:
            return
        self._engine.note("ct112", "starts")
        floor = Floor(self._policy, self._document, self.disk.open_records())
        self.switchboard = Switchboard(floor, self._city.telephone, self.disk, self._engine)
        self._city.telephone.post = self.switchboard.post
        self.post(self.roster())
        for node in self._city.exchange.nodes.values():
            for phone in self._city.exchange.phones.values():
                self.post(PhoneSeen(phone.position, node.name, phone.registered))
            if node.alive:
                self.connect(node)

    def kill(self) -> None:
        """End it as a crash would: what was not committed is lost."""
        self._engine.note("ct112", "is killed")
        self.disk.crash()
        self._gone()

    def leave(self) -> None:
        """Tell it to leave; callers without an operator go to the fallback, then it ends in good order."""
        if self.switchboard is None:
            return
        self._engine.note("ct112", "is told to leave")
        leaving = self.switchboard
        leaving.drain()
        self._engine.after(RELEASE_SECONDS, lambda: self._gone() if self.switchboard is leaving else None)

    def _gone(self) -> None:
        self.switchboard = None
        self._city.telephone.post = None
        for node in self._city.exchange.nodes.values():
            node.epoch += 1
            node.link = "down"

    def post(self, event: Event) -> None:
        """Tell whoever runs."""
        if self.switchboard is not None:
            self._engine.note("event", type(event).__name__)
            self.switchboard.post(event)

    def roster(self) -> RosterChanged:
        """Return who sits where."""
        return RosterChanged(
            tuple(
                Staff(position=name, operator=OperatorName(f"of-{name}"), ready=name not in self.paused)
                for name in self._city.exchange.phones
            )
        )

    def connect(self, node: Node) -> None:
        """Open the link; some time later the node has been surveyed. Events come from now on."""
        if self.switchboard is None or not node.alive:
            return
        node.epoch += 1
        node.link, node.linked_since = "up", self._engine.time
        self._survey(node, node.epoch)

    def _survey(self, node: Node, epoch: int) -> None:
        """What is found is true at one moment; events about later moments come after it."""

        def survey() -> None:
            if node.epoch == epoch and node.link == "up":
                found: NodeSurveyed = self._city.exchange.survey(node)
                self.post(found)

        self._engine.after(self._engine.random.uniform(*SURVEY), survey)

    def lost(self, node: NodeName) -> None:
        """The link is known to be broken."""
        self.post(NodeLost(node))
