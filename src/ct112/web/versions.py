"""Versions of what is changed: `ETag` in answers, `If-Match` in changes (RFC 9110, 8.8.3 and 13.1.1)."""

import re

from aiohttp import hdrs, web

from ct112.web import kinds
from ct112.web.problems import FieldProblem, Place, Problem

TAG = re.compile(r'"(0|[1-9][0-9]{0,17})"')


def tag(version: int) -> str:
    """Return a version as ETag has it."""
    return f'"{version}"'


def wanted(request: web.Request, *, needed: bool) -> int | None:
    """Return the version a change was made on; None when none was said. Raises Problem."""
    given = request.headers.getall(hdrs.IF_MATCH, [])
    if not given:
        if needed:
            raise _problem(kinds.VERSION_NEEDED, "is missing")
        return None
    found = TAG.fullmatch(given[0].strip())
    if len(given) > 1 or found is None:
        raise _problem(kinds.INVALID, "is no version of this")
    return int(found[1])


def stale() -> Problem:
    """Return the problem of a change made on an old version."""
    return _problem(kinds.STALE, "is not the version of now")


def _problem(kind: kinds.Kind, message: str) -> Problem:
    remedy = "read it again, and send the ETag of that answer"
    wrong = FieldProblem(place=Place.HEADER, field="If-Match", message=message, remedy=remedy)
    return Problem(kind, f"If-Match {message}: {remedy}", fields=[wrong])
