"""Records and facts as text, for the disk, and back."""

import json
from dataclasses import fields
from typing import Any

import orjson

from ct112.core.record import CallRecord, ClassSource, EndedBy, Fact, Outcome, ServiceClass
from ct112.store.pending import Entry

RECORD, FACT = "record", "fact"
KINDS = {"service_class": ServiceClass, "class_source": ClassSource, "outcome": Outcome, "ended_by": EndedBy}
KINDS_OF_ENTRY = frozenset({RECORD.encode(), FACT.encode()})
FIELDS = {RECORD: tuple(f.name for f in fields(CallRecord)), FACT: tuple(f.name for f in fields(Fact))}


class Unreadable(ValueError):
    """This text is no record and no fact."""


def kind_of(entry: Entry) -> str:
    """Return which of the two it is."""
    return FACT if isinstance(entry, Fact) else RECORD


def to_text(entry: Entry) -> str:
    """Return the entry as JSON; what JSON does not know becomes its text."""
    if _usual(entry):
        try:
            return orjson.dumps(entry, default=_plain).decode()
        except TypeError:
            pass  # half a character, a number without end
    known = {name: getattr(entry, name) for name in FIELDS[kind_of(entry)]}
    return json.dumps(known, default=_plain, separators=(",", ":"))


def can_be_text(entry: Entry) -> bool:
    """Return whether the entry can go to the disk."""
    try:
        to_text(entry).encode()
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def from_text(kind: str, text: str | bytes) -> Entry:
    """Return the entry again; fields of a later version are left out. Raises Unreadable."""
    try:
        known = _parsed(text)
        told = {name: known[name] for name in FIELDS[kind] if name in known}
        return Fact(**told) if kind == FACT else _record(told)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error


def _usual(entry: Entry) -> bool:
    """Return whether the fast way keeps everything: it makes null of an infinite number."""
    if isinstance(entry, Fact):
        return all(isinstance(value, str | int | None) for value in entry.data.values())
    return entry.location is None and entry.recording is None


def _parsed(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _record(told: dict[str, Any]) -> CallRecord:
    for name, kind in KINDS.items():
        if told.get(name) is not None:
            told[name] = kind(told[name])
    told["ivr_path"] = tuple(told.get("ivr_path", ()))
    record = CallRecord(**told)
    if not isinstance(record.call, str) or not isinstance(record.revision, int):
        raise Unreadable("no call")
    for at in (record.arrived_at, record.ended_at or 0.0):
        float(at)
    return record


def _plain(value: Any) -> Any:
    try:
        return dict(value)
    except (TypeError, ValueError):
        return str(value)
