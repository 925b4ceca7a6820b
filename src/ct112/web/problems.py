"""What went wrong, as problem details (RFC 9457) that name the field and the remedy."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from aiohttp import web
from pydantic import BaseModel, Field

from ct112.web import kinds
from ct112.web.kinds import Kind


class Place(StrEnum):
    """The part of a request a field is in."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


class FieldProblem(BaseModel):
    """What is wrong with a field, and what to send instead. Its value is not repeated: it may be personal."""

    place: Place
    field: str = Field(description="its name; dots lead into the body")
    message: str
    remedy: str


class ProblemDetails(BaseModel):
    """RFC 9457. `type` is for programs, `detail` says what to do."""

    type: str = Field(description="urn:ct112:problem:… or about:blank")
    status: int
    title: str
    detail: str
    fields: tuple[FieldProblem, ...] = ()


class Problem(Exception):
    """Raised by a handler or by what stands before it: the request ends with this problem."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        title: str = "",
        fields: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`detail` says what to do; `title` is the kind's own by default."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.title = title or kind.title
        self.fields = tuple(fields)
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """Return it as an HTTP answer."""
        body = ProblemDetails(
            type=self.kind.type,
            status=self.kind.status,
            title=self.title,
            detail=self.detail,
            fields=self.fields,
        )
        headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"} | self.headers
        if self.kind.status == kinds.SIGN_IN.status:
            headers["WWW-Authenticate"] = "Bearer"
        return web.Response(body=body.model_dump_json().encode(), status=self.kind.status, headers=headers)


def refused_field(field: str, message: str, remedy: str) -> Problem:
    """Return the problem of a field of the body that cannot be so."""
    wrong = FieldProblem(place=Place.BODY, field=field, message=message, remedy=remedy)
    return Problem(kinds.REFUSED, f"{field} {message}: {remedy}", fields=[wrong])


def bad_cursor() -> Problem:
    """Return the problem of an `after` that no page gave."""
    wrong = FieldProblem(
        place=Place.QUERY,
        field="after",
        message="is no cursor of this list",
        remedy="send `next` of the page before, or leave it out",
    )
    return Problem(kinds.INVALID, f"after: {wrong.message}: {wrong.remedy}", fields=[wrong])
