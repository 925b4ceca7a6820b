"""What a request says, as the models of its route; or the problem that names each field and the remedy."""

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ct112.web import kinds
from ct112.web.kinds import Kind
from ct112.web.problems import FieldProblem, Place, Problem
from ct112.web.wanted import properties, wanted

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,30})", re.ASCII)
NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
WORDS = {"true": True, "false": False}
LONGEST_NAME = 40  # characters of a field's name that are repeated
M = TypeVar("M", bound=BaseModel)


def read_text(model: type[M], pairs: Iterable[tuple[str, str]], place: Place, kind: Kind) -> M:
    """Return the model of a path or a query. Raises Problem; a name given twice is refused."""
    found: dict[str, object] = {}
    for key, value in pairs:
        name = _clean(key)
        if name in found:
            twice = FieldProblem(
                place=place, field=name[:LONGEST_NAME], message="given twice", remedy="give it once"
            )
            raise _problem(kind, [twice])
        found[name] = _decoded(value, properties(model).get(name, {}))
    return _validated(model, orjson.dumps(found), place, kind)


def read_body(model: type[M], raw: bytes) -> M:
    """Return the model of a body. Raises Problem."""
    return _validated(model, raw, Place.BODY, kinds.INVALID)


def _decoded(value: str, schema: Mapping[str, Any]) -> object:
    """Return a text as JSON has it, where it is exactly that; else the text, which the model refuses."""
    match schema.get("type"):
        case "integer" if INTEGER.fullmatch(value):
            return _whole(int(value))
        case "number" if NUMBER.fullmatch(value) and math.isfinite(float(value)):
            return float(value)  # JSON has no infinity: it would be null, as if it had been left out
        case "boolean":
            return WORDS.get(value, value)
        case _:
            return _clean(value)


def _clean(text: str) -> str:
    """Return a text without what is no character."""
    return text.encode("utf-8", "replace").decode()


def _whole(value: int) -> int:
    """Return a number JSON can hold; one far too large stays too large."""
    return max(min(value, 2**64 - 1), -(2**63))


def _validated(model: type[M], raw: bytes, place: Place, kind: Kind) -> M:
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise _problem(kind, [_field(model, place, one) for one in details[:20]]) from None


def _problem(kind: Kind, fields: list[FieldProblem]) -> Problem:
    told = "; ".join(
        f"{one.field or 'the body'} ({one.place}): {one.message}: {one.remedy}" for one in fields
    )
    return Problem(kind, told, fields=fields)


def _field(model: type[BaseModel], place: Place, error: ErrorDetails) -> FieldProblem:
    """Return one thing that is wrong, without its value."""
    known = properties(model)
    path = [str(part)[:LONGEST_NAME] for part in error["loc"]]
    top = path[0] if path else ""
    match error["type"]:
        case "missing":
            message, remedy = "is missing", f"send {_wish(known, path)}"
        case "extra_forbidden":
            message, remedy = "is not known here", _instead(top, tuple(known))
        case "json_invalid":
            message, remedy = "is no JSON", "send one JSON object in UTF-8"
        case _:
            message, remedy = error["msg"].removeprefix("Value error, "), f"send {_wish(known, path)}"
    return FieldProblem(place=place, field=".".join(path), message=message, remedy=remedy)


def _wish(known: Mapping[str, Mapping[str, Any]], path: list[str]) -> str:
    if not path:
        return "a JSON object"
    return wanted(known.get(path[0], {})) if len(path) == 1 else "what GET /api/v1/openapi.json says"


def _instead(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"leave it out; there is {', '.join(known)}" if known else "leave it out"
