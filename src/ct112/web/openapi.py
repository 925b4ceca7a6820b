"""The OpenAPI document, from the models the handlers use."""

from pydantic import BaseModel

from ct112.web.callbacks import Taking
from ct112.web.model import Callback, CallbackQuery, CallFact, CallQuery, CallView, PositionView


def description() -> dict[str, object]:
    """Return the OpenAPI document, from the models the handlers use."""
    schema = {"ref_template": "#/components/schemas/{model}"}
    ok = {"200": {"description": "OK"}, "401": {"description": "token needed"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "ct112", "version": "1"},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "CallView": CallView.model_json_schema(**schema),  # type: ignore[arg-type]
                "CallFact": CallFact.model_json_schema(**schema),  # type: ignore[arg-type]
                "PositionView": PositionView.model_json_schema(**schema),  # type: ignore[arg-type]
                "Callback": Callback.model_json_schema(**schema),  # type: ignore[arg-type]
            },
        },
        "security": [{"token": []}],
        "paths": {
            "/api/v1/calls": {
                "get": {"summary": "Calls, newest first", "parameters": _query(CallQuery), "responses": ok}
            },
            "/api/v1/callbacks": {
                "get": {
                    "summary": "Who has to be called back, in order",
                    "parameters": _query(CallbackQuery),
                    "responses": ok,
                }
            },
            "/api/v1/positions": {
                "get": {"summary": "Operators and phones as they are now", "responses": ok}
            },
            "/api/v1/ivr": {"get": {"summary": "What a menu is judged by here", "responses": ok}},
            "/api/v1/callbacks/{id}/take": {
                "post": {
                    "summary": "Ring the operator's phone, then the caller's",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                    ],
                    "requestBody": {"content": {"application/json": {"schema": Taking.model_json_schema()}}},
                    "responses": {
                        "202": {"description": "the phone rings"},
                        "409": {"description": "not now"},
                    },
                }
            },
            "/api/v1/calls/{id}": {
                "get": {
                    "summary": "One call with its facts",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": ok,
                }
            },
        },
    }


def _query(model: type[BaseModel]) -> list[dict[str, object]]:
    """Return the parameters of a query, one a field."""
    fields = model.model_json_schema()["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in fields.items()
    ]
