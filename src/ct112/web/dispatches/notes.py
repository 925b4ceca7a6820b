"""Notes and photos of an agency at the scene."""

import base64
import binascii
import hashlib
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from ct112.incidents import photos
from ct112.incidents.photos import NotAPhoto
from ct112.store import Connection, dispatch_notes
from ct112.store.dispatch_notes import Draft, NoteRefused, NoteUnknown
from ct112.store.dispatches_reading import DispatchUnknown
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal, Role
from ct112.web.problems import Problem, refused_field
from ct112.web.routes import Media, Reply, Route
from ct112.web.values import ById, Given, Instant, Shown

JPEG = "image/jpeg"
LONGEST = 2000  # characters
MOST_BASE64 = 4 * (photos.MOST_BYTES // 3 + 1)
BESIDE = 16 * 1024  # bytes of a body beside its photo
SECONDS = 45.0  # over a poor network
AS_A_PICTURE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": 'inline; filename="photo.jpg"',
}
"""Whatever somebody put into it: a browser takes it for a picture and for nothing else."""


class NotePath(Given):
    """The path of a note of a dispatch."""

    id: UUID
    note: UUID


class NewNote(Given):
    """What an agency says from the scene: words, a photo (JPEG, in base64), or both."""

    text: Annotated[str, Field(max_length=LONGEST, pattern=r"\S")] | None = None
    photo: (
        Annotated[str, Field(max_length=MOST_BASE64, json_schema_extra={"contentEncoding": "base64"})] | None
    ) = None

    @model_validator(mode="after")
    def _something(self) -> "NewNote":
        if self.text is None and self.photo is None:
            raise ValueError("write something, or send a photo")
        return self


class NoteView(Shown):
    """A note; `photo`: whether there is one."""

    id: UUID
    at: Instant
    by: str
    text: str | None
    photo: bool


class NoteList(Shown):
    """The notes of a dispatch, the oldest first."""

    notes: tuple[NoteView, ...]


async def cleaned(body: NewNote) -> bytes | None:
    """Return the photo as it is kept; None: there is none. Raises Problem."""
    if body.photo is None:
        return None
    try:
        return photos.cleaned(base64.b64decode(body.photo, validate=True))
    except (binascii.Error, ValueError) as error:
        what = str(error) if isinstance(error, NotAPhoto) else "is no base64"
        raise refused_field("photo", what, "send a JPEG of at most 1 MB, in base64") from None


async def add_note(
    connection: Connection, who: Principal, path: NotePath, body: NewNote, prepared: bytes | None
) -> Reply[NoteView]:
    """Keep a note or a photo from the scene under an id of the client's; the centre sees it at once.

    The same again is the same, however often it is sent. Of a photo nothing is kept but the picture.
    """
    digest = hashlib.sha256(body.model_dump_json().encode()).digest()
    draft = Draft(id=path.note, dispatch=path.id, text=body.text, photo=prepared, digest=digest)
    try:
        stored, new = await dispatch_notes.add(connection, draft, by=who.name, agency=_own(who))
    except DispatchUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such dispatch") from None
    except NoteRefused as error:
        raise Problem(kinds.CONFLICT, str(error), title="not taken") from None
    return Reply(NoteView.model_validate(stored), 201 if new else 200)


async def list_notes(connection: Connection, who: Principal, path: ById) -> NoteList:
    """List what an agency wrote and photographed, the oldest first; an agency its own alone."""
    try:
        found = await dispatch_notes.of_dispatch(connection, path.id, _own(who))
    except DispatchUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such dispatch") from None
    return NoteList(notes=tuple(map(NoteView.model_validate, found)))


async def read_photo(connection: Connection, who: Principal, path: NotePath) -> Media:
    """Read the photo of a note: a JPEG."""
    try:
        found = await dispatch_notes.photo(connection, path.id, path.note, _own(who))
    except (DispatchUnknown, NoteUnknown) as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such photo") from None
    return Media(found, JPEG, headers=dict(AS_A_PICTURE))


def _own(who: Principal) -> str | None:
    return (who.agency or "") if who.role is Role.AGENCY else None


WHO_SEES = STAFF | {Role.AGENCY}
ROUTES = (
    Route("GET", "/api/v1/dispatches/{id}/notes", list_notes, WHO_SEES, audit="dispatch.notes"),
    Route(
        "PUT",
        "/api/v1/dispatches/{id}/notes/{note}",
        add_note,
        WHO_SEES,
        status=201,
        also={200: NoteView},
        prepare=cleaned,
        problems=frozenset({kinds.CONFLICT, kinds.REFUSED}),
        largest_body=MOST_BASE64 + BESIDE,
        seconds=SECONDS,
        audit="dispatch.write_note",
    ),
    Route(
        "GET",
        "/api/v1/dispatches/{id}/notes/{note}/photo",
        read_photo,
        WHO_SEES,
        media=JPEG,
        audit="dispatch.photo",
    ),
)
