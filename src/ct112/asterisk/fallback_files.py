"""The files dialplan/agi-bin/ct112-fallback writes: reading, setting aside, clearing away. Blocking.

Whatever lies in the folder may be anything: each file is read for itself, and one that cannot be read costs
itself alone.
"""

import math
import os
import re
import stat
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ct112.asterisk import names
from ct112.asterisk.location import parse_location
from ct112.core import browser_phone
from ct112.core.fallback import FallbackCall
from ct112.core.ids import NodeName, PositionName
from ct112.core.record import EndedBy

ENTERED, ANSWERED, ENDED, DONE = "entered", "answered", "ended", "done"
KINDS = (ENTERED, ANSWERED, ENDED, DONE)
BAD = "bad"
LEG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}", re.ASCII)  # what the program takes for a uniqueid
LONGEST = 65536  # bytes; a real one has less than a thousand
LATEST = 253_402_300_799.0  # epoch seconds of the year 9999
MOST_AT_ONCE = 200  # calls that are over; the others are read next time
GRACE_SECONDS = 2.0  # the three are written behind the call: an early one may land late
OPEN_FLAGS = (
    os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
)  # no link is followed, no pipe waited for
Notes = dict[str, dict[str, str]]
Files = dict[str, Path]


class Unreadable(ValueError):
    """This file holds nothing about a call."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a folder holds: calls that are over, how many are not, and files that cannot be read.

    `more`: not all calls that are over are among these. `aside`: how many files were set aside before.
    """

    over: tuple[FallbackCall, ...] = ()
    in_progress: int = 0
    bad: tuple[Path, ...] = ()
    more: bool = False
    aside: int = 0


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
    lost: bool = False,
    skip: Collection[str] = (),
) -> Looked:
    """Read the folder. Raises OSError.

    A call without an end is over when Asterisk was started after it, or when the node is `lost`.

    A folder that is not there is one with nothing in it. With `ripening`, a call whose end was first seen
    less than two seconds before `now` is in progress. The calls in `skip` are left alone.
    """
    legs, bad = _listed(folder)
    over: list[FallbackCall] = []
    in_progress = 0
    for leg, files in legs:
        if DONE in files:
            bad += _cleared(folder, leg, files)
        elif leg in skip:
            continue
        elif len(over) >= MOST_AT_ONCE:
            in_progress += ENDED not in files
        else:
            notes, unreadable = _notes(files)
            bad += unreadable
            if not notes:
                continue
            call = _call(node, leg, notes, up_since, lost=lost)
            if call is None or (ENDED in notes and ripening is not None and not ripening.is_ripe(leg, now)):
                in_progress += 1
            else:
                over.append(call)
    if ripening is not None:
        ripening.keep({leg for leg, _ in legs})
    aside = _count(folder / BAD)
    return Looked(
        over=tuple(over),
        in_progress=in_progress,
        bad=tuple(bad),
        more=len(over) >= MOST_AT_ONCE,
        aside=aside,
    )


def done(folder: Path, leg: str) -> None:
    """Clear a call's files away; however far it gets, the call is never read again. Raises OSError."""
    (folder / f"{leg}.{DONE}").touch()
    clear(folder, leg)


def clear(folder: Path, leg: str) -> None:
    """Remove what a call left, its mark last. Raises OSError."""
    for what in KINDS:
        (folder / f"{leg}.{what}").unlink(missing_ok=True)


def files_of(folder: Path, leg: str) -> list[Path]:
    """Return the files of a call that there are."""
    return [path for path in (folder / f"{leg}.{what}" for what in KINDS) if os.path.lexists(path)]


def still_there(paths: Collection[Path]) -> set[Path]:
    """Return those of the files that are still there."""
    return {path for path in paths if os.path.lexists(path)}


def set_aside(path: Path) -> None:
    """Keep a file nobody can read where it is not tried again, beside others of its name. Raises OSError."""
    bad = path.parent / BAD
    bad.mkdir(exist_ok=True)
    name, number = path.name, 1
    while os.path.lexists(bad / name):
        name, number = f"{path.name}.{number}", number + 1
    path.rename(bad / name)


def _listed(folder: Path) -> tuple[list[tuple[str, Files]], list[Path]]:
    """Return the files of each call, by its leg, and those that carry our endings and are no call's."""
    legs: dict[str, Files] = defaultdict(dict)
    bad: list[Path] = []
    for path in _entries(folder):
        leg, _, what = path.name.rpartition(".")
        if what not in KINDS or leg.startswith("."):
            continue
        if LEG.fullmatch(leg) is None:
            bad.append(path)
        else:
            legs[leg][what] = path
    return sorted(legs.items()), bad


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except FileNotFoundError:
        return


def _cleared(folder: Path, leg: str, files: Files) -> list[Path]:
    """Clear away a call that was taken in; return what cannot be."""
    try:
        clear(folder, leg)
    except OSError:
        return list(files.values())
    return []


def _notes(files: Files) -> tuple[Notes, list[Path]]:
    """Return what the files of a call say, and those that cannot be read."""
    notes: Notes = {}
    bad = []
    for what, path in files.items():
        try:
            notes[what] = _read(path)
        except FileNotFoundError:
            continue  # cleared away meanwhile
        except (Unreadable, OSError):
            bad.append(path)
    return notes, bad


def _read(path: Path) -> dict[str, str]:
    """Return the file's lines by name. Raises Unreadable, OSError."""
    handle = os.open(path, OPEN_FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unreadable("no file")
        data = os.read(handle, LONGEST + 1)
    finally:
        os.close(handle)
    if len(data) > LONGEST or not data.endswith(b"\n"):
        raise Unreadable("too long, or cut off")
    text = data.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    notes = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    _time(notes)
    return notes


def _time(notes: Mapping[str, str]) -> float:
    """Return when it was written, in epoch seconds. Raises Unreadable."""
    try:
        at = float(notes.get("at", "nan"))
    except ValueError:
        raise Unreadable("no time in it") from None
    if not math.isfinite(at) or not 0 <= at < LATEST:
        raise Unreadable("no time in it")
    return at


def _call(
    node: NodeName, leg: str, notes: Notes, up_since: float | None, *, lost: bool
) -> FallbackCall | None:
    """Return the call when it is over."""
    times = {what: _time(read) for what, read in notes.items()}
    entered_at = times.get(ENTERED, min(times.values()))
    if ENDED in times:
        ended_at, ended_by = times[ENDED], _by(notes[ENDED])
    elif up_since is not None and max(times.values()) < up_since:
        ended_at, ended_by = up_since, EndedBy.SYSTEM
    elif lost:
        ended_at, ended_by = max(times.values()), EndedBy.SYSTEM
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
    """`PJSIP/pos-1` and `PJSIP/pos-1.web` → `pos-1`."""
    name = browser_phone.position_of(names.clean(notes.get("member", "").partition("/")[2]))
    return name or None


def _count(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return 0
