"""The OpenAPI document, from the table alone: every path, every answer, every problem."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ct112.web.kinds import INVALID, Kind
from ct112.web.problems import ProblemDetails
from ct112.web.routes import Public, Route

REF = "#/components/schemas/{model}"
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "a token, for machines"},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-ct112", "description": "for pages"},
}
Schema = dict[str, Any]
ANY = "about:blank"  # what is no HTTP is refused before there is a route
ETAG = {"description": "the version, for If-Match", "schema": {"type": "string"}}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "the ETag of the answer this change is made on",
    "schema": {"type": "string", "pattern": '^"(0|[1-9][0-9]{0,17})"$'},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "yours for this one thing: the same again gets the first answer and makes nothing",
    "schema": {"type": "string", "pattern": "^[!-~]{1,100}$"},
}


def describe(table: Iterable[Route]) -> bytes:
    """Return the document as JSON."""
    return orjson.dumps(_Document(list(table)).whole())


class _Document:
    """The document while it is made: schemas and problems are listed once and referred to."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = routes
        self._problems: dict[str, Schema] = {}
        used = dict.fromkeys(self._models())
        self._refs, defs = models_json_schema(list(used), ref_template=REF)
        self._schemas: dict[str, Schema] = {name: _untitled(one) for name, one in defs["$defs"].items()}

    def whole(self) -> Schema:
        paths: dict[str, Schema] = {}
        for route in self._routes:
            paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        texts = {self._name(route.given[place]) for route in self._routes for place in _texts(route)}
        return {
            "openapi": "3.1.0",
            "info": {"title": "ct112", "version": "1", "description": "How to use it: docs/api.md."},
            "servers": [{"url": "/"}],
            "security": [{name: []} for name in SECURITY],
            "paths": paths,
            "components": {
                "securitySchemes": SECURITY,
                "schemas": {name: one for name, one in self._schemas.items() if name not in texts},
                "responses": self._problems,
            },
        }

    def _models(self) -> Iterator[tuple[type[BaseModel], JsonSchemaMode]]:
        yield ProblemDetails, "serialization"
        for route in self._routes:
            yield from ((model, "validation") for model in route.given.values())
            yield from ((model, "serialization") for model in route.answers.values() if model)
            yield from ((model, "serialization") for model in route.messages)

    def _name(self, model: type[BaseModel], mode: JsonSchemaMode = "validation") -> str:
        return str(self._refs[(model, mode)]["$ref"]).rpartition("/")[2]

    def _operation(self, route: Route) -> Schema:
        operation: Schema = {
            "operationId": route.operation,
            "summary": route.summary,
            "tags": [route.path.removeprefix("/api/v1").split("/")[1]],
            "parameters": [
                *(one for place in _texts(route) for one in self._parameters(route, place)),
                *_headers(route),
            ],
            "responses": self._good(route) | self._bad(route),
        }
        if isinstance(route.roles, Public):
            operation["security"] = []
        else:
            operation["x-roles"] = sorted(route.roles)
        if "body" in route.given:
            content = {"application/json": {"schema": self._refs[(route.given["body"], "validation")]}}
            operation["requestBody"] = {"required": True, "content": content}
        return operation

    def _parameters(self, route: Route, place: str) -> Iterator[Schema]:
        model = route.given[place]
        for name, schema in self._schemas[self._name(model)].get("properties", {}).items():
            plain = _without_null(schema)
            told: Schema = {key: plain.pop(key) for key in ("description", "deprecated") if key in plain}
            required = model.model_fields[name].is_required()
            yield {"name": name, "in": place, "required": required, "schema": plain, **told}

    def _good(self, route: Route) -> Schema:
        if route.socket:
            return {"101": {"description": "A WebSocket."} | self._messages(route)}
        found: Schema = {}
        for status, model in route.answers.items():
            answer: Schema = {"description": _told(model)}
            found[str(status)] = answer
            if model is not None and "version" in model.model_fields:
                answer["headers"] = {"ETag": ETAG}
            if model is not None:
                schema = self._refs[(model, "serialization")]
                answer["content"] = {"application/json": {"schema": schema}}
            elif route.media is not None:
                answer["content"] = {route.media: {}}
        return found

    def _messages(self, route: Route) -> Schema:
        """Return what a WebSocket sends, one of these by `kind`; nothing when its route does not say."""
        refs = [self._refs[(model, "serialization")] for model in route.messages]
        return {"x-messages": {"oneOf": refs}} if refs else {}

    def _bad(self, route: Route) -> Schema:
        """Return the problems, one response a status; `type` says which of them it is."""
        found: Schema = {}
        for status, group in groupby(route.refusals, key=lambda kind: kind.status):
            listed = list(group)
            name = "_or_".join(kind.name for kind in listed)
            self._problems.setdefault(name, _problem(listed))
            found[str(status)] = {"$ref": f"#/components/responses/{name}"}
        return found


def _texts(route: Route) -> list[str]:
    """Return what of a route is sent as texts: not the body."""
    return [place for place in ("path", "query") if place in route.given]


def _without_null(schema: Schema) -> Schema:
    """Return a parameter's schema: one that is not sent is left out, never null."""
    plain = {name: value for name, value in schema.items() if name not in ("anyOf", "title")}
    some = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if plain.get("default", 0) is None:
        del plain["default"]
    return some[0] | plain if len(some) == 1 else plain | ({"anyOf": some} if some else {})


def _headers(route: Route) -> Iterator[Schema]:
    """Return the headers a client sends: the version read, the key of a POST."""
    if "version" in route.takes:
        yield IF_MATCH | {"required": route.version_needed}
    if route.keyed:
        yield KEY


def _untitled(schema: Schema) -> Schema:
    """Return a model's schema without the titles that only repeat the fields' names."""
    fields = {
        name: {key: value for key, value in field.items() if key != "title"}
        for name, field in schema.get("properties", {}).items()
    }
    return schema | ({"properties": fields} if fields else {})


def _told(model: type[BaseModel] | None) -> str:
    return (model.__doc__ or "").partition("\n")[0] if model else "Done."


def _problem(listed: list[Kind]) -> Schema:
    types = [kind.type for kind in listed] + [ANY for kind in listed if kind is INVALID]
    schema = {
        "allOf": [{"$ref": REF.format(model="ProblemDetails")}],
        "properties": {
            "type": {"type": "string", "enum": types},
            "status": {"type": "integer", "const": listed[0].status},
        },
    }
    return {
        "description": " or ".join(kind.title for kind in listed),
        "content": {"application/problem+json": {"schema": schema}},
    }
