"""What PostgreSQL refuses, said once more without PostgreSQL: types, ranges, characters, enumerations."""

import math
import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.store import RowRefused

BIGINT = range(-(2**63), 2**63)
WORDS: dict[str, type[StrEnum]] = {
    "service_class": ServiceClass,
    "class_source": ClassSource,
    "outcome": Outcome,
    "ended_by": EndedBy,
}
NEEDED = frozenset(
    {"id", "revision", "node", "dialled", "arrived_at", "ivr_path", "call_id", "seq", "at", "kind"}
)


def check(row: Mapping[str, Any]) -> None:
    """Raise RowRefused when PostgreSQL would not take the row."""
    for column, value in row.items():
        if value is None:
            if column in NEEDED:
                raise RowRefused("23502")
        elif column in WORDS:
            _word(value, WORDS[column])
        else:
            _value(value)


def _word(value: Any, words: type[StrEnum]) -> None:
    if value not in set(words):
        raise RowRefused("23514")


def _value(value: Any) -> None:
    """Judge by type: a number is a bigint, a time one that can be read again, the rest text or JSON."""
    match value:
        case bool() | uuid.UUID():
            return
        case int():
            if value not in BIGINT:
                raise RowRefused("22003")
        case datetime():
            if value.tzinfo is None:
                raise RowRefused("22007")
        case str():
            _text(value)
        case Mapping() | list():
            _json(value)
        case _:
            raise RowRefused("42804")


def _text(value: str) -> None:
    if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise RowRefused("22021")


def _json(value: Any) -> None:
    match value:
        case None | bool() | int():
            return
        case float():
            if not math.isfinite(value):
                raise RowRefused("22P02")
        case str():
            _text(value)
        case Mapping():
            for key, item in value.items():
                _json(str(key))
                _json(item)
        case list() | tuple():
            for item in value:
                _json(item)
        case _:
            raise RowRefused("42804")
