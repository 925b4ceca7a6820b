"""What a field wants, in words, from its JSON schema."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

FORMATS = {
    "uuid": "an id like 0198c0de-0000-7000-8000-000000000001",
    "date-time": "a time like 2026-11-25T18:00:00Z",
    "date": "a day like 2026-11-25",
}


@cache
def properties(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Return the schema of each field a client may send, with references resolved and null left out."""
    schema = model.model_json_schema()
    defs = schema.get("$defs", {})
    return {name: _plain(one, defs) for name, one in schema.get("properties", {}).items()}


def _plain(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without `anyOf` with null, and without a reference at its top."""
    some = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "title", "$ref")}
    if len(some) == 1:
        return _plain(some[0], defs) | {
            name: rest[name] for name in ("description", "deprecated") if name in rest
        }
    if "$ref" in schema:
        return _plain(defs[schema["$ref"].rpartition("/")[2]], defs) | rest
    return dict(rest) | ({"anyOf": some} if some else {})


def wanted(schema: Mapping[str, Any]) -> str:
    """Return what to send, in a few words."""
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _range(schema)
    if kind == "boolean":
        return "true or false"
    if kind == "string":
        return FORMATS.get(schema.get("format", ""), "") or _text(schema)
    return "what GET /api/v1/openapi.json says"


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    low = f" from {low}" if low is not None else ""
    above = f" above {schema['exclusiveMinimum']}" if "exclusiveMinimum" in schema else ""
    return above + low + (f" to {high}" if high is not None else "")


def _text(schema: Mapping[str, Any]) -> str:
    said = "a text"
    if "maxLength" in schema:
        said += f" of at most {schema['maxLength']} characters"
    if "pattern" in schema:
        said += f" like {schema['pattern']}"
    return said
