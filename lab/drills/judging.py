"""From what was seen to a row: who kept talking, who reached a person, who is called back, who is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.world import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of one caller. `reached_after`: seconds from the fault until a person was heard."""

    sip_call_id: str
    talked: bool = False  # when it broke
    kept: bool = False  # heard the same operator afterwards
    reached_after: float | None = None
    left: bool = False  # hung up by plan: nobody has to be reached
    called_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line of the table."""

    drill: str
    in_flight: int
    kept: int
    rerouted: int
    called_back: int
    lost: int
    missing: int
    first_seconds: float | None  # from the fault until the first of the rerouted heard a person
    last_seconds: float | None  # … and until the last of them did
    note: str = ""
    broken: tuple[str, ...] = ()  # what this drill alone promises, and what did not hold of it

    @property
    def good(self) -> bool:
        """Whether nobody and nothing was lost, and every promise of the drill's own was kept."""
        return self.in_flight > 0 and self.lost == 0 and self.missing == 0 and not self.broken


def failed(drill: str, why: str) -> Verdict:
    """Return the line of a drill that could not be played: it is never good."""
    return Verdict(
        drill=drill,
        in_flight=0,
        kept=0,
        rerouted=0,
        called_back=0,
        lost=0,
        missing=0,
        first_seconds=None,
        last_seconds=None,
        note=f"not played: {why[:200]}",
    )


def judge(
    drill: str, seen: Sequence[Seen], rows: Iterable[Row], note: str = "", broken: Sequence[str] = ()
) -> Verdict:
    """Return the line for what was seen of the callers and the rows that were written."""
    whole = [str(row["sip_call_id"]) for row in rows if is_whole(row)]
    reached = [one.reached_after for one in seen if one.reached_after is not None and not one.kept]
    lost = [
        one for one in seen if not (one.kept or one.left or one.called_back or one.reached_after is not None)
    ]
    return Verdict(
        drill=drill,
        in_flight=len(seen),
        kept=sum(one.kept for one in seen),
        rerouted=len(reached),
        called_back=sum(one.called_back for one in seen),
        lost=len(lost),
        missing=sum(whole.count(one.sip_call_id) != 1 for one in seen),
        first_seconds=min(reached, default=None),
        last_seconds=max(reached, default=None),
        note="; ".join(one for one in (note, *broken) if one),
        broken=tuple(broken),
    )


def is_whole(row: Row) -> bool:
    """Return whether a row is complete and its times are in a legal order."""
    if row["ended_at"] is None or row["outcome"] is None:
        return False
    if row["service_class"] is None and row["queued_at"] is not None:  # only who never left the menu has none
        return False
    times = [row[name] for name in ("arrived_at", "queued_at", "answered_at", "ended_at")]
    known = [time for time in times if time is not None]
    return known == sorted(known)
