"""The OpenAPI document, from the models the handlers use."""

from ct112 import __version__
from ct112.web.callbacks import Taking
from ct112.web.model import Callback, CallFact, CallView, Wanted


def description() -> dict[str, object]:
    """Return the OpenAPI document, from the models the handlers use."""
    schema = {"ref_template": "#/components/schemas/{model}"}
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {"type": "integer" if name == "limit" else "string"},
        }
        for name in Wanted.model_fields
    ]
    ok = {"200": {"description": "OK"}, "401": {"description": "token needed"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "ct112", "version": __version__},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "CallView": CallView.model_json_schema(**schema),  # type: ignore[arg-type]
                "CallFact": CallFact.model_json_schema(**schema),  # type: ignore[arg-type]
                "Callback": Callback.model_json_schema(**schema),  # type: ignore[arg-type]
            },
        },
        "security": [{"token": []}],
        "paths": {
            "/api/v1/calls": {
                "get": {"summary": "Calls, newest first", "parameters": parameters, "responses": ok}
            },
            "/api/v1/callbacks": {"get": {"summary": "Who has to be called back, in order", "responses": ok}},
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
