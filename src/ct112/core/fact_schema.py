"""The JSON schema of the facts, made of their classes: what feed and API send and the front end reads."""

from dataclasses import MISSING, fields
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, NewType, get_args, get_type_hints

from ct112.core.facts import KINDS, Happening

PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def schema() -> dict[str, Any]:
    """Return the schema of one fact as it is sent: its kind and its data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fact",
        "oneOf": [of_kind(kind) for kind in KINDS.values()],
    }


def of_kind(kind: type[Happening]) -> dict[str, Any]:
    """Return the schema of the facts of one kind."""
    hints = get_type_hints(kind)
    properties = {field.name: _of(hints[field.name]) for field in fields(kind)}
    data = {
        "type": "object",
        "properties": properties,
        "required": [field.name for field in fields(kind) if field.default is MISSING],
    }
    return {
        "title": kind.__name__,
        "description": (kind.__doc__ or "").strip(),
        "type": "object",
        "properties": {"kind": {"const": kind.KIND}, "data": data},
        "required": ["kind", "data"],
    }


def _of(hint: Any) -> dict[str, Any]:
    """Return the schema of a field of this type."""
    if isinstance(hint, UnionType) or get_args(hint):
        parts = [_of(part) for part in get_args(hint)]
        return {"anyOf": parts}
    if isinstance(hint, NewType):
        return _of(hint.__supertype__)
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return {"type": PLAIN[hint]}
