"""What a neighbouring centre answers to an offer, and how far it is: signed by it, taken once."""

import hashlib
import math
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from ct112.incidents.agencies import WayKind
from ct112.incidents.dispatches import DispatchStatus
from ct112.incidents.neighbours import Cause, is_fresh, is_signed, refusal
from ct112.store import Connection, agencies, clock, dispatches, idempotency
from ct112.store.dispatches_reading import DispatchUnknown, StoredDispatch
from ct112.store.idempotency import KeptAnswer
from ct112.store.throttle import network
from ct112.web import kinds
from ct112.web.body import read
from ct112.web.house import House
from ct112.web.incidents.refusals import refusals
from ct112.web.problems import FieldProblem, Place, Problem
from ct112.web.reading import read_body
from ct112.web.routes import PUBLIC, Route
from ct112.web.values import ById, Given, Line, Shown

LARGEST_ANSWER = 4096  # bytes


class CentreAnswer(Given):
    """What a centre says of an offer. `answer`: its id, the same as in Idempotency-Key."""

    protocol: Literal[1]
    answer: UUID
    dispatch: UUID
    status: Literal["received", "acknowledged", "en_route", "on_scene", "done", "declined"]
    cause: Cause | None = None
    words: Annotated[Line, Field(max_length=300)] | None = None


class AnswerTaken(Shown):
    """How the dispatch stands now."""

    dispatch: UUID
    status: DispatchStatus
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAnswer:
    """An answer as it came: nobody has looked yet at who signed it."""

    body: bytes
    timestamp: str
    signature: str
    source: str


async def signed_answer(house: House, request: web.Request) -> SignedAnswer:
    """Return what came, from a source that is not slowed. Raises Problem."""
    source = network(house.gate.access.source(request))
    wait = house.neighbours.wait(source)
    if wait:
        again = {"Retry-After": str(math.ceil(wait))}
        raise Problem(kinds.SLOW_DOWN, "too many wrong signatures from there: wait", headers=again)
    return SignedAnswer(
        body=await read(request, LARGEST_ANSWER),
        timestamp=request.headers.get("Ct112-Timestamp", ""),
        signature=request.headers.get("Ct112-Signature", ""),
        source=source,
    )


async def take_answer(
    house: House, connection: Connection, path: ById, prepared: SignedAnswer
) -> AnswerTaken:
    """Take what a neighbouring centre says of an offer, signed with the secret of its agency's way.

    The same answer again gets the first one's reply.
    """
    offered = await _offered(house, connection, path.id, prepared)
    said = read_body(CentreAnswer, prepared.body)
    if said.dispatch != path.id:
        raise _wrong("dispatch", "is another one than the path's", "send the id of the offer it is about")
    owner, key = f"centre {offered.agency}", str(said.answer)
    try:
        kept = await idempotency.claim(connection, owner, key, hashlib.sha256(prepared.body).digest())
    except idempotency.KeyReused:
        raise _wrong("answer", "came with another body", "send a new id for another answer") from None
    if kept is not None:
        return AnswerTaken.model_validate_json(kept.body)
    taken = await _report(house, connection, offered, said)
    reply = KeptAnswer(status=200, headers={}, body=taken.model_dump_json())
    await idempotency.keep(connection, owner, key, reply)
    return taken


async def _offered(house: House, connection: Connection, id_: UUID, came: SignedAnswer) -> StoredDispatch:
    """Return the dispatch, when a centre that it was offered to signed this. Raises Problem."""
    try:
        found = await dispatches.get(connection, id_)
        ways = (await agencies.get(connection, found.agency)).ways
    except DispatchUnknown:
        ways = ()
    secrets = [way.secret for way in ways if way.kind is WayKind.CENTRE and way.secret]
    if not any(is_signed(secret, came.timestamp, came.body, came.signature) for secret in secrets):
        house.neighbours.wrong(came.source)
        raise Problem(
            kinds.SIGN_IN,
            "sign the body of an answer to this dispatch with the secret of its way: Ct112-Signature",
        )
    if not is_fresh(came.timestamp, (await clock.now(connection)).timestamp()):
        raise Problem(kinds.SIGN_IN, "Ct112-Timestamp is too old or ahead: see the clocks, and sign it anew")
    return found


async def _report(
    house: House, connection: Connection, offered: StoredDispatch, said: CentreAnswer
) -> AnswerTaken:
    declined = said.status == "declined"
    reason = refusal(said.cause or Cause.OTHER, said.words) if declined else said.words
    with refusals():
        now = await dispatches.report(
            connection,
            offered.id,
            DispatchStatus(said.status),
            by=f"agency {offered.agency}",
            zone=house.zone,
            reason=reason,
            how=WayKind.CENTRE,
        )
    return AnswerTaken(dispatch=now.id, status=now.status, version=now.version)


def _wrong(field: str, message: str, remedy: str) -> Problem:
    wrong = FieldProblem(place=Place.BODY, field=field, message=message, remedy=remedy)
    return Problem(kinds.REFUSED, f"{field} {message}: {remedy}", fields=[wrong])


REFUSALS = frozenset(
    {kinds.SLOW_DOWN, kinds.SIGN_IN, kinds.SLOW_BODY, kinds.TOO_LARGE, kinds.NOT_JSON, kinds.CONFLICT}
)
ROUTES = (
    Route(
        "POST",
        "/api/v1/dispatches/{id}/answers",
        take_answer,
        PUBLIC,
        prepare=signed_answer,
        problems=REFUSALS,
    ),
)
