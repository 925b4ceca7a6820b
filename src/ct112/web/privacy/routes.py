"""The routes of personal data."""

import json

from ct112.store import BadCursor, Connection, erasure_requests, holds, privacy
from ct112.store.erasing import EraseError, Whose
from ct112.store.personal_data import MEANINGS, REGISTRY, DataClass
from ct112.web import kinds
from ct112.web.access.principal import LEADERS, Principal, Role
from ct112.web.privacy.model import (
    BreachQuery,
    BreachView,
    ClassList,
    ClassView,
    Erasing,
    ErasurePage,
    ErasureQuery,
    ErasureView,
    FoundView,
    Holding,
    HoldPage,
    HoldQuery,
    HoldView,
    PersonalValue,
    Releasing,
    SeenView,
    SubjectQuery,
    SubjectView,
)
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route
from ct112.web.values import ById


async def list_data_classes() -> ClassList:
    """List the classes of personal data, and where each is."""
    return ClassList(classes=tuple(map(_class, DataClass)))


async def find_subject(connection: Connection, query: SubjectQuery) -> SubjectView:
    """Show all that is known of whoever has a number, and who looked at it."""
    subject = await privacy.find(connection, _whose(number=query.number))
    return SubjectView(
        found=tuple(map(_found, subject.found)),
        seen=tuple(map(SeenView.model_validate, subject.seen)),
        more=tuple(subject.more),
    )


async def read_breach(connection: Connection, query: BreachQuery) -> BreachView:
    """Show who saw what in a span: what the notice of a breach needs."""
    if query.since >= query.until:
        raise Problem(kinds.REFUSED, "`since` is before `until`")
    found = await privacy.breach(connection, query.since, query.until, actor=query.actor)
    return BreachView.model_validate(found)


async def list_holds(connection: Connection, query: HoldQuery) -> HoldPage:
    """List the legal holds, the newest first."""
    try:
        page = await holds.page(connection, released=query.released, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(HoldView.model_validate, page.items))
    return HoldPage(holds=found, total=page.total, exact=page.exact, next=page.next)


async def place_hold(connection: Connection, who: Principal, body: Holding) -> HoldView:
    """Keep a call, or an incident and its calls, from every erasure and deletion."""
    try:
        placed = await holds.place(
            connection, by=who.name, reason=body.reason, call=body.call_id, incident=body.incident_id
        )
    except holds.HoldError as error:
        raise Problem(kinds.REFUSED, str(error)) from None
    return HoldView.model_validate(placed)


async def release_hold(connection: Connection, who: Principal, path: ById, body: Releasing) -> HoldView:
    """End a legal hold."""
    try:
        return HoldView.model_validate(
            await holds.release(connection, path.id, by=who.name, reason=body.reason)
        )
    except holds.HoldUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such hold") from None
    except holds.HoldError as error:
        raise Problem(kinds.CONFLICT, str(error)) from None


async def list_erasures(connection: Connection, query: ErasureQuery) -> ErasurePage:
    """List the erasures that were asked for, the newest first."""
    try:
        page = await erasure_requests.page(connection, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(ErasureView.model_validate, page.items))
    return ErasurePage(erasures=found, total=page.total, exact=page.exact, next=page.next)


async def ask_erasure(connection: Connection, who: Principal, body: Erasing) -> ErasureView:
    """Erase what is personal of a number, a call or an incident: ct112 worker does it within seconds."""
    whose = _whose(number=body.number, call=body.call_id, incident=body.incident_id)
    asked = await erasure_requests.ask(connection, whose, by=who.name, reason=body.reason)
    return ErasureView.model_validate(asked)


async def read_erasure(connection: Connection, path: ById) -> ErasureView:
    """Read how far an erasure is."""
    try:
        return ErasureView.model_validate(await erasure_requests.get(connection, path.id))
    except erasure_requests.RequestUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such erasure") from None


def _whose(**named: object) -> Whose:
    try:
        return Whose(**named)  # type: ignore[arg-type]
    except EraseError as error:
        raise Problem(kinds.REFUSED, str(error)) from None


def _found(row: privacy.Found) -> FoundView:
    values = tuple(PersonalValue(column=name, value=_text(value)) for name, value in row.columns.items())
    return FoundView(table=row.table, key=row.key, at=row.at, values=values, held=row.held, in_use=row.in_use)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _class(data_class: DataClass) -> ClassView:
    meaning = MEANINGS[data_class]
    where = [f"{kept.table}.{name}" for kept in REGISTRY.values() for name in kept.columns(data_class)]
    return ClassView(
        name=data_class,
        about=meaning.about,
        purpose=meaning.purpose,
        specific=meaning.specific,
        where=tuple(where),
    )


ADMINS = frozenset({Role.ADMIN})
REFUSED = frozenset({kinds.REFUSED})
ROUTES = (
    Route("GET", "/api/v1/privacy/classes", list_data_classes, ADMINS),
    Route("GET", "/api/v1/privacy/subject", find_subject, ADMINS, problems=REFUSED, audit="privacy.find"),
    Route("GET", "/api/v1/privacy/breach", read_breach, ADMINS, problems=REFUSED, audit="privacy.breach"),
    Route("GET", "/api/v1/holds", list_holds, LEADERS, audit="hold.list"),
    Route("POST", "/api/v1/holds", place_hold, LEADERS, status=201, keyed=True, audit="hold.place"),
    Route(
        "POST",
        "/api/v1/holds/{id}/release",
        release_hold,
        ADMINS,
        problems=frozenset({kinds.CONFLICT}),
        keyed=True,
        audit="hold.release",
    ),
    Route("GET", "/api/v1/erasures", list_erasures, ADMINS, audit="erasure.list"),
    Route("POST", "/api/v1/erasures", ask_erasure, ADMINS, status=202, keyed=True, audit="erasure.ask"),
    Route("GET", "/api/v1/erasures/{id}", read_erasure, ADMINS, audit="erasure.read"),
)
