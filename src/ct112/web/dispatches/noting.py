"""A dispatch that an operator made by telephone or radio, joined to its incident later."""

import hashlib
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ct112.store import Connection, dispatches_noting, incidents
from ct112.store.agencies import AgencyUnknown
from ct112.store.dispatches_noting import NotArrived, Note, ToldWrongly
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal
from ct112.web.agencies.model import AgencyCode
from ct112.web.dispatches.model import DispatchWhole, OnBehalf, whole
from ct112.web.incidents.refusals import refusals
from ct112.web.problems import FieldProblem, Place, Problem
from ct112.web.routes import Reply, Route
from ct112.web.values import ById, Given, Instant

Short = Annotated[
    str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
]


class NewNote(Given):
    """What a person told an agency: when, by whom (you, unless it is said), how and to whom.

    `status`: acknowledged when they said yes. `what` of the agency is to be sent, in words.
    """

    incident_id: UUID
    agency: AgencyCode
    told_at: Instant
    told_by: Short | None = None
    told: OnBehalf
    status: Literal["sent", "acknowledged"]
    what: Short | None = None


async def note_dispatch(
    connection: Connection, who: Principal, path: ById, body: NewNote
) -> Reply[DispatchWhole]:
    """Note a dispatch made by telephone or radio under an id of the client's; nothing more is delivered.

    The same again is the same, however often it is sent. When the incident is not here yet: 409, send again.
    """
    with refusals():
        try:
            noted, new = await dispatches_noting.note(connection, _note(path.id, body, who), by=who.name)
        except NotArrived as error:
            raise Problem(kinds.CONFLICT, str(error), title="the incident is not here yet") from None
        except ToldWrongly as error:
            raise _refused("told_at", str(error)) from None
        except AgencyUnknown as error:
            raise _refused("agency", str(error)) from None
        view = await incidents.get(connection, noted.incident_id)
    return Reply(whole(noted, view, caller=True), 201 if new else 200)


def _note(id_: UUID, body: NewNote, who: Principal) -> Note:
    return Note(
        id=id_,
        incident=body.incident_id,
        agency=body.agency,
        told_at=body.told_at,
        told_by=body.told_by or who.name,
        how=": ".join(filter(None, (body.told.how, body.told.who))),
        acknowledged=body.status == "acknowledged",
        what=body.what,
        digest=hashlib.sha256(body.model_dump_json(exclude_defaults=True).encode()).digest(),
    )


def _refused(field: str, message: str) -> Problem:
    wrong = FieldProblem(
        place=Place.BODY, field=field, message=message, remedy="correct it and send it again"
    )
    return Problem(kinds.REFUSED, f"{field} {message}", fields=[wrong])


ROUTES = (
    Route(
        "PUT",
        "/api/v1/dispatches/{id}",
        note_dispatch,
        STAFF,
        status=201,
        also={200: DispatchWhole},
        problems=frozenset({kinds.CONFLICT, kinds.REFUSED, kinds.STALE}),
        audit="dispatch.note",
    ),
)
