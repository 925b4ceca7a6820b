"""Asking the running ct112 over HTTP, for the commands that need to know what is true now."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from ct112.settings import Settings

ANSWER_SECONDS = 12  # a little longer than it may take itself


class Silent(Exception):
    """The running ct112 could not be asked; the text says why and what to do."""


def ask(found: Settings, path: str, body: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Return the status and the answer to GET, or with a body POST, of the API's `path`. Raises Silent."""
    if found.api_token is None:
        raise Silent("CT112_API_TOKEN is not set: set it for ct112 and for this command")
    request = Request(  # noqa: S310 (http, at an address of our own settings)
        f"{found.web_local_url()}/api/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {found.api_token.get_secret_value()}",
            "Content-Type": "application/json",
        },
    )
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=ANSWER_SECONDS) as answer:
            return answer.status, _parsed(answer.read())
    except HTTPError as refusal:
        with refusal:
            return refusal.code, _parsed(refusal.read())
    except (OSError, ValueError) as error:
        raise Silent(f"ct112 does not answer at {found.web_local_url()}: start it (ct112 serve)") from error


def _parsed(body: bytes) -> dict[str, Any]:
    found = json.loads(body)
    return found if isinstance(found, dict) else {}
