"""One route as data: who may ask, what is sent, what comes back. All that serves or describes it reads this.

A handler takes what it needs by name; its annotations are the models:
`house`, `who`, `path`, `query`, `body`; `request` as it came (cookies, a WebSocket);
`version` of If-Match, which has to be sent, or may be when it is `int | None`;
`connection`: one transaction, committed when the handler returns;
`ask_id`: of an ask of the floor, the same again for the same Idempotency-Key.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from ct112.web import kinds
from ct112.web.access.principal import Principal, Role
from ct112.web.house import House
from ct112.web.kinds import Kind
from ct112.web.values import Given

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
MODELS = frozenset({"path", "query", "body"})
PARAMETERS = MODELS | {"house", "who", "request", "version", "connection", "ask_id", "prepared"}
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
HOLE = re.compile(r"{(\w+)}")
LARGEST_BODY = 16 * 1024  # bytes, unless the route says otherwise
ANSWER_SECONDS = 10.0

Handler = Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Public:
    """Everybody may ask, signed in or not."""


PUBLIC = Public()


@dataclass(frozen=True, slots=True)
class Media:
    """An answer that is not JSON."""

    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    cookies: tuple[str, ...] = ()


M_co = TypeVar("M_co", bound=BaseModel | None, covariant=True)


@dataclass(frozen=True, slots=True)
class Reply(Generic[M_co]):
    """A model with another status than the route's first, or with headers or Set-Cookie lines of its own."""

    body: M_co
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """One entry of the table. One without a rule who may ask cannot be made.

    `also`: further statuses and their models; `media`: the type of an answer that is not JSON; `problems`:
    what it may refuse beyond what every route may; `keyed`: takes Idempotency-Key; `audit`: the action
    that is noted, as "call.read"; `socket`: it ends as a WebSocket, `messages`: what it sends;
    `prepare`: what takes long and comes before the transaction, its result is the handler's `prepared`.
    `seconds` (none for a socket) and `largest_body` (bytes) are its limits.
    """

    method: str
    path: str
    handler: Handler
    roles: frozenset[Role] | Public
    status: int = 200
    also: dict[int, type[BaseModel]] = field(default_factory=dict)
    media: str | None = None
    problems: frozenset[Kind] = frozenset()
    keyed: bool = False
    audit: str | None = None
    socket: bool = False
    messages: tuple[type[BaseModel], ...] = ()
    prepare: Handler | None = None
    seconds: float = ANSWER_SECONDS
    largest_body: int = LARGEST_BODY
    given: dict[str, type[Given]] = field(init=False)
    takes: frozenset[str] = field(init=False)
    answer: type[BaseModel] | None = field(init=False)
    version_needed: bool = field(init=False)
    prepares: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what makes no sense. Raises ValueError."""
        hints = get_type_hints(self.handler)
        returned = hints.pop("return", None)
        object.__setattr__(self, "takes", _names(self.handler))
        object.__setattr__(self, "given", {name: hints[name] for name in MODELS if name in hints})
        object.__setattr__(self, "answer", None if self.socket else _model(returned, self.media))
        object.__setattr__(self, "prepares", _names(self.prepare) if self.prepare else frozenset())
        object.__setattr__(self, "version_needed", hints.get("version") is int)
        for wrong in self._wrong(hints):
            raise ValueError(f"{self.method} {self.path}: {wrong}")

    def _wrong(self, hints: dict[str, Any]) -> list[str]:
        roles = isinstance(self.roles, Public) or (bool(self.roles) and self.roles <= frozenset(Role))
        holes = set(HOLE.findall(self.path))
        fields = set(self.given["path"].model_fields) if "path" in self.given else set()
        checks = {
            "say who may ask: a set of roles, or PUBLIC": roles,
            "no such method": self.method in METHODS,
            f"the path's names are {holes}, its model's {fields}": holes == fields,
            "the handler takes what nobody gives": self.takes <= PARAMETERS and set(hints) == self.takes,
            "a model has to be Given": all(issubclass(model, Given) for model in self.given.values()),
            "a GET has no body": self.method != "GET" or "body" not in self.given,
            "only a POST takes a key": not self.keyed or self.method == "POST",
            "what is prepared comes from `prepare`": ("prepared" in self.takes) == (self.prepare is not None)
            and self.prepares <= PARAMETERS - {"connection", "prepared"},
            "a key needs a transaction, or an ask": not self.keyed
            or bool(self.takes & {"connection", "ask_id"}),
            "an action is named as call.read": self.audit is None or bool(ACTION.fullmatch(self.audit)),
            "who asks is noted, so somebody has to": self.audit is None or not isinstance(self.roles, Public),
            "house is a House, who a Principal": hints.get("house", House) is House
            and hints.get("who", Principal) is Principal,
            "nobody is signed in on a public route": not isinstance(self.roles, Public)
            or "who" not in self.takes,
            "the handler's docstring is its summary": bool(self.handler.__doc__),
        }
        return [wrong for wrong, good in checks.items() if not good]

    @property
    def resource(self) -> str:
        """Return what a token's scopes call it: what stands behind /api/v1/."""
        return self.path.removeprefix("/api/v1/").partition("/")[0]

    @property
    def operation(self) -> str:
        """Return its name: the handler's."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """Return what it does, in one line."""
        return (self.handler.__doc__ or "").partition("\n")[0]

    @property
    def answers(self) -> dict[int, type[BaseModel] | None]:
        """Return the model of each good status; None where there is no body, or other than JSON."""
        return {self.status: self.answer, **self.also}

    @property
    def refusals(self) -> list[Kind]:
        """Return every kind of problem it may answer with, by status."""
        found = {kinds.OUR_MISTAKE, kinds.AWAY, kinds.INVALID, *self.problems}
        if not isinstance(self.roles, Public):
            found |= {kinds.SIGN_IN, kinds.NOT_ALLOWED, kinds.SLOW_DOWN}
        if "path" in self.given:
            found |= {kinds.NOT_FOUND}
        if "body" in self.given:
            found |= {kinds.SLOW_BODY, kinds.TOO_LARGE, kinds.NOT_JSON}
        if "version" in self.takes:
            found |= {kinds.STALE}
        if self.version_needed:
            found |= {kinds.VERSION_NEEDED}
        if self.keyed:
            found |= {kinds.KEY_REUSED, kinds.CONFLICT}
        if "ask_id" in self.takes:
            found |= {kinds.CONFLICT, kinds.LIVE_AWAY}
        if "connection" in self.takes and self.method != "GET":
            found |= {kinds.REFUSED}
        listed = [kind for kind in found if kind.status not in self.answers]
        return sorted(listed, key=lambda kind: (kind.status, kind.name))


def _names(handler: Handler) -> frozenset[str]:
    return frozenset(inspect.signature(handler).parameters)


def _model(returned: object, media: str | None) -> type[BaseModel] | None:
    """Return the model a handler answers with; None: there is none."""
    if get_origin(returned) is Reply:
        (returned,) = get_args(returned)
    if returned in (None, type(None), Media):
        if returned is Media and media is None:
            raise ValueError("say which media type it answers with")
        return None
    if isinstance(returned, type) and issubclass(returned, BaseModel):
        return returned
    raise ValueError(f"a handler returns a model, Media or None, not {returned}")
