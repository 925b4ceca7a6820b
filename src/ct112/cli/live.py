"""Asking the running ct112 over HTTP, for the commands that need to know what is true now."""

import json
import ssl
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from ct112.cli.audited import who
from ct112.cli.edge import CannotDo, loaded
from ct112.core.asks import AskCode
from ct112.settings import Settings

ANSWER_SECONDS = 12  # a little longer than it may take itself
NEWS_SECONDS = 4.0  # serve looks into the database every two: who was added just now it may not know yet


class Silent(Exception):
    """The running ct112 could not be asked; the text says why and what to do."""


def ask(found: Settings, path: str, body: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Return the status and the answer to GET, or with a body POST, of the API's `path`. Raises Silent."""
    if found.api_token is None:
        raise Silent("CT112_API_TOKEN is not set: set it for ct112 and for this command")
    url = f"{found.web_local_url()}/api/v1/{path}"
    try:
        return _answered(url, found.api_token.get_secret_value(), body, _trust(found))
    except (OSError, ValueError) as error:
        raise Silent(
            f"ct112 web does not answer at {found.web_local_url()}: start it, or see its log"
        ) from error


def want(kind: str, **fields: str | bool | None) -> None:
    """Ask the floor for a change by way of serve's control door; ends the command unless it is done."""
    found = loaded()
    if found.control_token is None:
        raise CannotDo("CT112_CONTROL_TOKEN is not set: set it for ct112 serve and for this command")
    url, token = found.serve_local_url(), found.control_token.get_secret_value()
    end = time.monotonic() + NEWS_SECONDS
    while True:
        body = {"id": str(uuid.uuid4()), "by": who(), "revision": None, "ask": {"kind": kind, **fields}}
        try:
            status, answer = _answered(f"{url}/control/ask", token, body)
        except (OSError, ValueError) as error:
            raise CannotDo(f"ct112 serve does not answer at {url}: start it (ct112 serve)") from error
        if answer.get("code") != AskCode.UNKNOWN or time.monotonic() > end:
            break
        time.sleep(NEWS_SECONDS / 8)
    if status in (401, 403):
        raise CannotDo("ct112 serve refuses the token: set the same CT112_CONTROL_TOKEN for both")
    if status != 200:
        raise CannotDo(f"ct112 serve answers {status} ({answer.get('detail', 'see its log')}): try again")
    if not answer.get("accepted"):
        raise CannotDo(str(answer.get("reason") or "refused, without a reason: see the log of ct112 serve"))


def _trust(found: Settings) -> ssl.SSLContext | None:
    """Return what web's certificate is checked by; None when it has none. Raises ValueError."""
    if found.web_tls_certificate is None:
        return None
    from ct112.tls.pinning import client_context

    return client_context(found.web_tls_certificate)


def _answered(
    url: str, token: str, body: Mapping[str, Any] | None, trust: ssl.SSLContext | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the status and the answer to GET, or with a body POST. Raises OSError, ValueError."""
    request = Request(  # noqa: S310 (http or https, at an address of our own settings)
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        opener = build_opener(ProxyHandler({}), *([] if trust is None else [HTTPSHandler(context=trust)]))
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            return answer.status, _parsed(answer.read())
    except HTTPError as refusal:
        with refusal:
            return refusal.code, _parsed(refusal.read())


def _parsed(body: bytes) -> dict[str, Any]:
    found = json.loads(body)
    return found if isinstance(found, dict) else {}
