"""What serve needs of the database to answer calls, and its last good copy on the disk."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ct112 import logs
from ct112.core.ids import OperatorName, PositionName
from ct112.core.stays import People, Stay, stay_id

log = logs.get("config")

DAMAGE = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What a file that is not what was written may raise, when it is taken apart."""


@dataclass(frozen=True, slots=True)
class KnownPosition:
    """A position and its softphone's password."""

    name: str
    sip_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownOperator:
    """An operator who may log in. `pin_hash`: for logging in by telephone."""

    name: str
    full_name: str = ""
    pin_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KnownReason:
    """Why an operator may be paused."""

    code: str
    indonesian: str
    english: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """Who should be on duty, or (no name) how many people; times in epoch seconds."""

    starts_at: float
    ends_at: float
    operator: str | None = None
    people: int = 1


@dataclass(frozen=True, slots=True)
class LiveIvr:
    """A published IVR document: its version and its YAML."""

    version: int
    source_yaml: str


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """The settings of a version, in seconds by name, as the database has them: not checked yet."""

    version: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """All the service needs of the database to answer calls."""

    positions: tuple[KnownPosition, ...] = ()
    operators: tuple[KnownOperator, ...] = ()
    reasons: tuple[KnownReason, ...] = ()
    roster: tuple[RosterEntry, ...] = ()
    ivr: LiveIvr | None = None
    settings: LiveSettings | None = None

    def people(self) -> People:
        """Return what the floor has to know of it."""
        return People(
            positions=frozenset(PositionName(position.name) for position in self.positions),
            operators=frozenset(OperatorName(operator.name) for operator in self.operators),
            reasons=frozenset(reason.code for reason in self.reasons),
        )


class LastKnown:
    """The last answer of the database, in a file readable by us alone (SIP passwords, hashes of PINs)."""

    def __init__(self, file: Path) -> None:
        """Keep it in `file`."""
        self._file = file
        self._adapter = TypeAdapter(Known)

    def load(self) -> Known:
        """Return the last known; an empty one when there is none or it cannot be read."""
        try:
            found = json.loads(self._file.read_bytes())
            return self._adapter.validate_python(_of_now(found), strict=False)
        except FileNotFoundError:
            return Known()
        except DAMAGE as error:
            log.warning("last known people unreadable", file=str(self._file), error=type(error).__name__)
            return Known()

    def stays(self, now: float) -> tuple[Stay, ...]:
        """Return who sits where from `now` on by a file of before operators logged in; else nobody."""
        try:
            found = json.loads(self._file.read_bytes())
            return tuple(_stay(seat, now) for seat in found.get("seats", ()) if seat["operator"])
        except DAMAGE:
            return ()

    def save(self, known: Known) -> None:
        """Replace the file at once, or leave the old one."""
        spare = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(self._adapter.dump_json(known))
                file.flush()
                os.fsync(file.fileno())  # else a power cut may leave the new name and nothing in it
            spare.replace(self._file)
        except OSError as error:
            log.warning("last known people not saved", file=str(self._file), error=str(error))


def _of_now(found: Any) -> Any:
    """Return what the file says in today's form: once a position and its operator were one."""
    if not isinstance(found, dict) or "seats" not in found:
        return found
    seats = found["seats"]
    return {
        "positions": [{"name": seat["position"], "sip_password": seat["sip_password"]} for seat in seats],
        "operators": [{"name": seat["operator"]} for seat in seats if seat["operator"]],
        "ivr": found.get("ivr"),
    }


def _stay(seat: dict[str, Any], now: float) -> Stay:
    operator, position = OperatorName(seat["operator"]), PositionName(seat["position"])
    return Stay(
        id=stay_id(operator, position, now),
        operator=operator,
        position=position,
        since=now,
        ready=bool(seat["ready"]),
    )
