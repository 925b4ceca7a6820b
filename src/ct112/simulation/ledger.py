"""What must be true of the records and call-backs in the database when the night is over."""

from collections import defaultdict
from collections.abc import Mapping

from ct112 import metrics
from ct112.core.callback_rules import CallbackResult, is_forgotten
from ct112.core.record import ClassSource, Outcome, ServiceClass
from ct112.simulation.centre import Centre
from ct112.simulation.city import City, Visit
from ct112.simulation.engine import START, broken
from ct112.store import Task
from ct112.store.calls import StoredCall

CLASSES = {"1": ServiceClass.EMERGENCY, "2": ServiceClass.URGENT, "3": ServiceClass.INFORMATION}
UNFORESEEN = {
    "floor errors": metrics.floor_errors,
    "link errors": metrics.link_errors,
    "tasks that died": metrics.task_restarts,
}
REFUSED_TOO = "accounts"  # there a refusal counts as well, and refusals are meant here
WITH_A_PERSON = (Outcome.ANSWERED, Outcome.FALLBACK_ANSWERED)


class Ledger:
    """Compares what is written with what was. Raises Broken."""

    def __init__(self, city: City, centre: Centre) -> None:
        self._city = city
        self._centre = centre
        self.rows: list[StoredCall] = []
        self._tasks: list[Task] = []
        self._listed: frozenset[str] = frozenset()
        self._taken: Mapping[int, float] = {}
        self._before = unforeseen()

    async def read(self) -> None:
        """Read all there is."""
        store = self._centre.store
        self.rows = store.everyone()
        self._tasks = store.all_tasks()
        self._listed = store.called_back()
        self._taken = store.taken()

    def at_the_end(self) -> None:
        """Check that every call has its record and nothing is left over."""
        self._no_leaks()
        rows: dict[str, list[StoredCall]] = defaultdict(list)
        for row in self.rows:
            if row.ended_at is None:
                broken("one record", f"{row.id} has a record without an end")
            check_timeline(row)
            rows[row.sip_call_id or ""].append(row)
        for visit in self._city.visits:
            self._visit(visit, rows[visit.sip_call_id])
        self._call_backs()
        self._city.agencies.at_the_end(faults=self._city.scenario.faults)
        self._unforeseen()

    def _visit(self, visit: Visit, rows: list[StoredCall]) -> None:
        who = f"{visit.sip_call_id} ({'spoke with a person' if spoke(visit) else 'spoke with nobody'})"
        if not rows:
            if visit.told or visit.in_fallback:
                broken("one record", f"{who} has no record")
            return
        if len(rows) > 1:
            broken("one record", f"{who} has {len(rows)} records: {[row.outcome for row in rows]}")
        row = rows[0]
        unclear = visit.crashed or visit.before_start
        if row.outcome is Outcome.FALLBACK_ABANDONED and visit.heard_fallback and not unclear:
            broken("a true record", f"{who}, in the fallback, and is {row.outcome}")
        _told_right(visit, row)
        if row.outcome in WITH_A_PERSON and not spoke(visit):
            broken("a true record", f"{who} is written down as {row.outcome}")
        if not spoke(visit) and row.ani and row.id not in self._listed:
            broken("nobody is forgotten", f"{who} is {row.outcome}, and not on the list of call-backs")
        if visit.crashed and visit.talking_at_end and row.ani and row.id not in self._listed:
            broken("nobody is forgotten", f"{who} was cut off, is {row.outcome}, and not on the list")
        if is_forgotten(row.outcome, row.ended_by) and row.ani and row.id not in self._listed:
            broken("nobody is forgotten", f"{who} is {row.outcome}, and not on the list of call-backs")

    def _call_backs(self) -> None:
        for task in self._tasks:
            if task.result == CallbackResult.REACHED and task.id not in self._city.both_talked:
                broken("reached is reached", f"call-back {task.id} is closed, and nobody talked")
            if self._taken.get(task.id, -1.0) >= START + self._centre.began:
                broken("no result is lost", f"call-back {task.id} is still with {task.taken_by}")

        asked = {task.id: digits(task.ani) for task in self._tasks}
        for task_id, number in self._city.dialled:
            if digits(number) != asked.get(task_id, ""):
                broken("who called is called back", f"{number} is dialled for call-back {task_id}")

    def _unforeseen(self) -> None:
        """No error was met by chance: what nobody foresaw is counted, and must not happen."""
        for name, count in unforeseen().items():
            if count > self._before[name]:
                broken("the service lives", f"{name} has risen by {count - self._before[name]:.0f}")

    def _no_leaks(self) -> None:
        for node in self._city.nodes.values():
            legs = [one.id for one in node.channels.values()]
            if legs or node.bridges:
                broken("no leaks", f"left at {node.name}: legs {legs}, bridges {list(node.bridges)}")
        floor = self._centre.floor
        if floor is None or floor.calls or floor.call_backs or floor.agency_calls:
            broken("no leaks", "calls left on the floor, or no floor")
        elif any(type(one.state).__name__ in ("Ringing", "OnCall") for one in floor.positions.values()):
            broken("no leaks", "an operator is kept by a call that is over")


def _told_right(visit: Visit, row: StoredCall) -> None:
    """Check class, number and person of a record."""
    pressed = {CLASSES[key] for _, key in visit.plan.keys if key in CLASSES}
    if row.class_source is ClassSource.DIGIT and row.service_class not in pressed:
        broken("a true record", f"{visit.sip_call_id} pressed {visit.plan.keys}, and is {row.service_class}")
    usual = visit.plan.ani is None or (visit.plan.ani.isdigit() and len(visit.plan.ani) < 20)
    if usual and row.ani != visit.plan.ani:
        broken("a true record", f"{visit.sip_call_id} has another number: {row.ani}, not {visit.plan.ani}")
    if row.outcome in WITH_A_PERSON and row.position not in visit.positions:
        broken("a true record", f"{visit.sip_call_id} spoke with {visit.positions}, not with {row.position}")


def unforeseen() -> dict[str, float]:
    """Return how often something nobody foresaw was met so far in this process."""
    return {
        name: sum(
            sample.value
            for metric in counter.collect()
            for sample in metric.samples
            if sample.name.endswith("_total") and sample.labels.get("link") != REFUSED_TOO
        )
        for name, counter in UNFORESEEN.items()
    }


def digits(number: str) -> str:
    """Return what is dialled of a number."""
    return "".join(sign for sign in number if sign.isdigit())


def check_timeline(row: StoredCall) -> None:
    """Check that times go forward and the end fits."""
    for way in (  # a pick-up that fails is tried on in the queue
        (row.arrived_at, row.picked_up_at, row.ended_at),
        (row.arrived_at, row.queued_at, row.answered_at, row.ended_at),
    ):
        known = [time for time in way if time is not None]
        if known != sorted(known):
            broken("legal timeline", str(row))
    answered = row.outcome is Outcome.ANSWERED
    if row.outcome is None or row.ended_by is None or (answered and row.answered_at is None):
        broken("legal timeline", f"an end that does not fit: {row}")


def spoke(visit: Visit) -> bool:
    """Return whether the caller ever spoke with a person."""
    return visit.heard or visit.heard_fallback
