"""The files dialplan/agi-bin/ct112-fallback writes: reading, setting aside, clearing away. Blocking."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ct112.asterisk import names
from ct112.asterisk.location import parse_location
from ct112.core.fallback import FallbackCall
from ct112.core.ids import NodeName, PositionName
from ct112.core.record import EndedBy

ENTERED, ANSWERED, ENDED, DONE = "entered", "answered", "ended", "done"
KINDS = (ENTERED, ANSWERED, ENDED, DONE)
LONGEST = 65536  # bytes; a real one has less than a thousand
GRACE_SECONDS = 2.0  # the three are written behind the call: an early one may land late
Notes = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a folder holds: calls that are over, how many are not, and files that cannot be read."""

    over: tuple[FallbackCall, ...] = ()
    in_progress: int = 0
    bad: tuple[Path, ...] = ()


class Ripening:
    """Calls whose end was seen lately: what happened before it may still be on its way to the disk.

    Counted from when we first saw the end, by our own clock: the node's may be wrong by months.
    """

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._seen: dict[str, float] = {}

    def is_ripe(self, leg: str, now: float) -> bool:
        """Return whether this call's end has been there long enough; `now` in seconds that only go on."""
        return now - self._seen.setdefault(leg, now) >= GRACE_SECONDS

    def keep(self, legs: Collection[str]) -> None:
        """Forget all calls but these."""
        self._seen = {leg: seen for leg, seen in self._seen.items() if leg in legs}


def look(
    folder: Path,
    node: NodeName,
    *,
    up_since: float | None,
    ripening: Ripening | None = None,
    now: float = 0.0,
) -> Looked:
    """Read the folder. A call without an end is over when Asterisk was started after it. Raises OSError.

    With `ripening`, a call whose end was first seen less than two seconds before `now` is in progress.
    """
    files: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in folder.glob("*.*"):
        leg, _, what = path.name.rpartition(".")
        if what in KINDS and leg and not leg.startswith("."):
            files[leg][what] = path
    over: list[FallbackCall] = []
    bad: list[Path] = []
    in_progress = 0
    for leg, found in sorted(files.items()):
        if DONE in found:
            clear(folder, leg)
            continue
        try:
            notes = {what: _read(path) for what, path in found.items()}
            call = _call(node, leg, notes, up_since)
        except ValueError:
            bad += found.values()
            continue
        if call is None or (ENDED in found and ripening is not None and not ripening.is_ripe(leg, now)):
            in_progress += 1
        else:
            over.append(call)
    if ripening is not None:
        ripening.keep(files.keys())
    return Looked(tuple(over), in_progress, tuple(bad))


def done(folder: Path, leg: str) -> None:
    """Clear a call's files away; however far it gets, the call is never read again. Raises OSError."""
    (folder / f"{leg}.{DONE}").touch()
    clear(folder, leg)


def clear(folder: Path, leg: str) -> None:
    """Remove what a call left, its mark last. Raises OSError."""
    for what in KINDS:
        (folder / f"{leg}.{what}").unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """Keep a file nobody can read where it is not tried again. Raises OSError."""
    bad = path.parent / "bad"
    bad.mkdir(exist_ok=True)
    path.rename(bad / path.name)


def _read(path: Path) -> dict[str, str]:
    """Return the file's lines by name. Raises ValueError, OSError."""
    with path.open("rb") as file:
        text = file.read(LONGEST).decode(errors="replace")
    notes = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    if not math.isfinite(float(notes.get("at", "nan"))):
        raise ValueError("no time in it")
    return notes


def _call(node: NodeName, leg: str, notes: Notes, up_since: float | None) -> FallbackCall | None:
    """Return the call when it is over."""
    times = {what: float(one["at"]) for what, one in notes.items()}
    entered_at = times.get(ENTERED, min(times.values()))
    if ENDED in times:
        ended_at, ended_by = times[ENDED], _by(notes[ENDED])
    elif up_since is not None and max(times.values()) < up_since:
        ended_at, ended_by = up_since, EndedBy.SYSTEM
    else:
        return None
    told = notes.get(ENTERED) or next(iter(notes.values()))
    return FallbackCall(
        node=node,
        leg=leg,
        entered_at=entered_at,
        answered_at=times.get(ANSWERED),
        ended_at=ended_at,
        ended_by=ended_by,
        position=_position(notes.get(ANSWERED, {})),
        ani=names.known_number(told.get("ani", "")),
        dialled=names.clean(told.get("dialled", "")),
        sip_call_id=names.sip_call_id(told.get("sip_call_id")),
        location=parse_location(told.get("location") or None),
    )


def _by(notes: Mapping[str, str]) -> EndedBy:
    try:
        return EndedBy(notes.get("by", ""))
    except ValueError:
        return EndedBy.SYSTEM


def _position(notes: Mapping[str, str]) -> PositionName | None:
    """`PJSIP/pos-1` → `pos-1`."""
    name = notes.get("member", "").partition("/")[2]
    return PositionName(name) if name else None
