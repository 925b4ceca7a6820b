"""Every kind of problem the API answers with: its name, its status, its title."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. Its `type` (RFC 9457) is what a program looks at."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """Return the identifier of this kind."""
        return f"urn:ct112:problem:{self.name}"


INVALID = Kind("invalid", 400, "bad request")
SIGN_IN = Kind("sign-in", 401, "sign in")
CODE_NEEDED = Kind("code-needed", 401, "code needed")
NOT_ALLOWED = Kind("not-allowed", 403, "not allowed")
NOT_FOUND = Kind("not-found", 404, "not found")
METHOD = Kind("method", 405, "method not allowed")
SLOW_BODY = Kind("slow-body", 408, "the body did not come")
CONFLICT = Kind("conflict", 409, "not now")
STALE = Kind("stale", 412, "changed meanwhile")
TOO_LARGE = Kind("too-large", 413, "body too large")
NOT_JSON = Kind("not-json", 415, "send JSON")
BAD_RANGE = Kind("bad-range", 416, "ask for one range")
REFUSED = Kind("refused", 422, "cannot be")
KEY_REUSED = Kind("key-reused", 422, "this key had another body")
VERSION_NEEDED = Kind("version-needed", 428, "say which version you read")
NOT_BYTES = Kind("not-bytes", 415, "send a file")
NOT_FORM = Kind("not-form", 415, "send a form")
SLOW_DOWN = Kind("slow-down", 429, "too many tries")
OUR_MISTAKE = Kind("our-mistake", 500, "our mistake")
AWAY = Kind("away", 503, "database away")
LIVE_AWAY = Kind("live-away", 503, "live is away")

ALL = tuple(kind for kind in list(globals().values()) if isinstance(kind, Kind))


def of_status(status: int) -> Kind:
    """Return the kind for what the HTTP library refused by itself."""
    for kind in ALL:
        if kind.status == status:
            return kind
    title = HTTPStatus(status).phrase.lower() if status in set(HTTPStatus) else "bad request"
    return Kind(f"http-{status}", status, title)
