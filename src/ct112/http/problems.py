"""What went wrong, as problem details (RFC 9457)."""

from aiohttp import web
from pydantic import ValidationError


def problem(status: int, title: str, detail: str) -> web.Response:
    """Return problem details (RFC 9457) that say what to do."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail, "fields": []}
    response = web.json_response(body, status=status, content_type="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def explained(error: ValidationError) -> str:
    """Return what is wrong with each field, without the values: they may be personal."""
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False)
    )
