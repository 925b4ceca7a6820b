"""The routes of the menu."""

from datetime import UTC, datetime
from uuid import UUID

from ct112 import ivr
from ct112.ivr import Report
from ct112.prompts.audio import AudioError
from ct112.prompts.speech import SpeechError
from ct112.store import BadCursor, Connection, Stale, ivr_calls, ivr_publications
from ct112.store.ivr_publications import InForce, StoredVersion, UnknownVersion
from ct112.web import kinds, versions
from ct112.web.access.principal import LEADERS, Principal
from ct112.web.asking import PROBLEMS, Accepted, ask
from ct112.web.house import House
from ct112.web.ivr import recordings
from ct112.web.ivr.model import (
    LARGEST_DOCUMENT,
    ByNumber,
    ByPrompt,
    DiffQuery,
    IvrCall,
    IvrCalls,
    IvrCallsQuery,
    IvrCourse,
    IvrDiff,
    IvrDocument,
    IvrDraft,
    IvrLeg,
    IvrNodeCalls,
    IvrNow,
    IvrProblem,
    IvrPrompt,
    IvrReport,
    IvrSource,
    IvrTrial,
    IvrTurn,
    IvrVersion,
    IvrVersionPage,
    IvrVersionQuery,
    IvrVersionWhole,
    IvrWay,
    Preview,
    Publishing,
)
from ct112.web.ivr.recordings import bring
from ct112.web.ivr.workshop import Workshop
from ct112.web.problems import FieldProblem, Place, Problem, bad_cursor
from ct112.web.routes import Media, Reply, Route

SECONDS = 60.0  # a new document's prompts have to be spoken first
BYTES = 4 * LARGEST_DOCUMENT
MOST_PROBLEMS = 200


async def read_ivr(house: House, connection: Connection) -> IvrNow:
    """Read which menu is live, and what a menu is judged by here."""
    return _now(house.workshop, await ivr_publications.live(connection))


async def list_ivr_versions(connection: Connection, query: IvrVersionQuery) -> IvrVersionPage:
    """List the versions of the menu, the newest first."""
    live = await ivr_publications.live(connection)
    try:
        page = await ivr_publications.page(connection, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(IvrVersion.model_validate(_known(stored, live)) for stored in page.items)
    return IvrVersionPage(versions=found, total=page.total, next=page.next)


async def read_ivr_version(connection: Connection, path: ByNumber) -> IvrVersionWhole:
    """Read one version of the menu, as it was written."""
    stored, source = await _version(connection, path.number)
    known = _known(stored, await ivr_publications.live(connection))
    return IvrVersionWhole.model_validate(known | {"source_yaml": source})


async def read_both(house: House, path: ByNumber, query: DiffQuery) -> list[str]:
    """Compare, once both were read."""
    async with house.store.transaction() as connection:
        _, new = await _version(connection, path.number)
        _, old = await _version(connection, query.against)
    return await house.workshop.difference(old, new)


async def compare_ivr_versions(path: ByNumber, query: DiffQuery, prepared: list[str]) -> IvrDiff:
    """Compare a version of the menu with another one."""
    return IvrDiff(number=path.number, against=query.against, lines=tuple(prepared))


async def checked(house: House, source_yaml: str) -> tuple[tuple[ivr.Problem, ...], Report | None]:
    """Judge a document, its recordings at hand."""
    await bring(house, source_yaml)
    return await house.workshop.check(source_yaml)


async def check_ivr(house: House, body: IvrDocument) -> IvrReport:
    """Check a menu as publishing would: every problem with its line and the remedy."""
    problems, report = await checked(house, body.source_yaml)
    ways = () if report is None else report.ways
    return IvrReport(
        ok=report is not None and report.ok,
        problems=tuple(IvrProblem.model_validate(problem) for problem in problems[:MOST_PROBLEMS]),
        ways=tuple(map(_way, ways)),
    )


async def read_built_in() -> IvrSource:
    """Read the menu that callers hear while none was published."""
    return IvrSource(source_yaml=ivr.default_text())


async def try_ivr(house: House, body: IvrTrial) -> IvrCourse:
    """Try a menu as a caller: what is heard and done with these keys, by the machine that runs real calls."""
    problems, report = await checked(house, body.source_yaml)
    if report is None:
        raise _refusal("the document cannot run", [IvrProblem.model_validate(one) for one in problems])
    presses = [ivr.Press(one.at, one.key) for one in body.presses]
    picked_up_at = body.picked_up_at or datetime.now(UTC)
    document, texts = report.compiled.document, report.compiled.texts
    turns = ivr.try_out(document, presses, texts, now=picked_up_at.timestamp())
    return IvrCourse(turns=tuple(map(_turn, turns)))


async def call_ivr(house: House, who: Principal, ask_id: UUID, body: IvrCall) -> Accepted:
    """Try a menu by telephone: a position's phone rings and plays it, keys are pressed there.

    It rings when the sounds are made, and ends when the caller would wait for an operator. Refused for a
    position that is offered callers or has a call. No caller, queue, record or count knows of it.
    """
    problems, report = await checked(house, body.source_yaml)
    if report is None:
        raise _refusal("the document cannot run", [IvrProblem.model_validate(one) for one in problems])
    return await ask(house, who, ask_id, "call_menu", position=body.position, source_yaml=body.source_yaml)


async def hear_prompt(house: House, path: ByPrompt) -> Media:
    """Hear a prompt of a menu that was checked or tried here."""
    sound = await house.workshop.sound(path.key)
    if sound is None:
        raise Problem(kinds.NOT_FOUND, "try the menu again: its prompts are made then")
    return Media(sound, "audio/wav", {"Cache-Control": "private, max-age=86400, immutable"})


async def count_ivr_calls(connection: Connection, query: IvrCallsQuery) -> IvrCalls:
    """Count the calls that came through each node of a version."""
    calls, nodes = await ivr_calls.per_node(connection, query.number, query.since)
    shown = tuple(map(IvrNodeCalls.model_validate, nodes))
    return IvrCalls(number=query.number, calls=calls, nodes=shown)


async def preview_speech(house: House, body: Preview) -> Media:
    """Hear a text as a caller would."""
    try:
        return Media(await house.workshop.speak(body.text, body.language), "audio/wav")
    except (SpeechError, AudioError) as error:
        raise Problem(kinds.REFUSED, f"{error}: choose another language, or another text") from error


async def runnable(house: House, body: IvrDraft) -> Report:
    """Refuse what cannot run at all."""
    problems, report = await checked(house, body.source_yaml)
    if report is None:
        raise _refusal("the document cannot run", [IvrProblem.model_validate(one) for one in problems])
    return report


async def store_ivr_version(connection: Connection, body: IvrDraft, prepared: Report) -> Reply[IvrVersion]:
    """Store a menu as a new version; it is not live until it is published."""
    document = prepared.draft.to_json()
    number = await ivr_publications.add(connection, document, body.source_yaml, body.note)
    stored, _ = await ivr_publications.get(connection, number)
    made = IvrVersion.model_validate(_known(stored, await ivr_publications.live(connection)))
    return Reply(made, 201, {"Location": f"/api/v1/ivr/versions/{number}"})


async def publishable(house: House, path: ByNumber) -> None:
    """Refuse what would keep an emergency waiting: the same check as the command's."""
    async with house.store.transaction() as connection:
        _, source = await _version(connection, path.number)
    problems, report = await checked(house, source)
    if report is None or not report.ok:
        fatal = [IvrProblem.model_validate(one) for one in problems if one.fatal]
        raise _refusal("not published: callers go on hearing the live version", fatal)


async def publish_ivr_version(
    house: House,
    who: Principal,
    connection: Connection,
    path: ByNumber,
    body: Publishing,
    version: int,
    prepared: None,  # noqa: ARG001 (it was checked)
) -> IvrNow:
    """Make a version live for new calls; an older one too."""
    try:
        live = await ivr_publications.publish(
            connection, path.number, body.note, by=who.name, expected=version
        )
    except Stale:
        raise versions.stale() from None
    return _now(house.workshop, live)


async def _version(connection: Connection, number: int) -> tuple[StoredVersion, str]:
    try:
        return await ivr_publications.get(connection, number)
    except UnknownVersion:
        raise Problem(
            kinds.NOT_FOUND, "use a number from GET /api/v1/ivr/versions", title="no such version"
        ) from None


def _known(stored: StoredVersion, live: InForce) -> dict[str, object]:
    known = {name: getattr(stored, name) for name in StoredVersion.__slots__}
    return known | {"live": stored.number == live.number}


def _now(workshop: Workshop, live: InForce) -> IvrNow:
    recordings = workshop.recordings_dir
    return IvrNow(
        version=live.publishing,
        live=live.number,
        recordings_dir=None if recordings is None else str(recordings.absolute()),
        state_dir=str(workshop.state_dir.absolute()),
        emergency_limit_seconds=workshop.limit_seconds,
    )


def _way(way: ivr.Way) -> IvrWay:
    legs = tuple(IvrLeg(what=what, seconds=seconds) for what, seconds in way.legs)
    return IvrWay(seconds=way.seconds, told=str(way), since=way.since, caller=way.caller, legs=legs)


def _turn(turn: ivr.Turn) -> IvrTurn:
    said = zip(turn.prompts, turn.texts, strict=True)
    queued = turn.queued
    return IvrTurn(
        at=round(turn.at, 3),
        node=turn.node,
        kind=turn.kind,
        key=turn.key,
        prompts=tuple(IvrPrompt(key=one.key, seconds=one.seconds, text=text) for one, text in said),
        service_class=None if queued is None else queued.service_class,
        class_source=None if queued is None else queued.source,
    )


def _refusal(why: str, problems: list[IvrProblem]) -> Problem:
    fields = [
        FieldProblem(
            place=Place.BODY,
            field="source_yaml" if problem.line is None else f"source_yaml.line {problem.line}",
            message=problem.message,
            remedy=problem.remedy,
        )
        for problem in problems[:MOST_PROBLEMS]
    ]
    first = f": {fields[0].message}: {fields[0].remedy}" if fields else ""
    return Problem(kinds.REFUSED, f"{why}{first}", fields=fields)


REFUSED = frozenset({kinds.REFUSED})
ROUTES = (
    Route("GET", "/api/v1/ivr", read_ivr, LEADERS),
    Route("GET", "/api/v1/ivr/versions", list_ivr_versions, LEADERS),
    Route(
        "POST",
        "/api/v1/ivr/versions",
        store_ivr_version,
        LEADERS,
        status=201,
        prepare=runnable,
        keyed=True,
        audit="ivr.store",
        seconds=SECONDS,
        largest_body=BYTES,
    ),
    Route("GET", "/api/v1/ivr/versions/{number}", read_ivr_version, LEADERS),
    Route("GET", "/api/v1/ivr/versions/{number}/diff", compare_ivr_versions, LEADERS, prepare=read_both),
    Route(
        "POST",
        "/api/v1/ivr/versions/{number}/publish",
        publish_ivr_version,
        LEADERS,
        prepare=publishable,
        audit="ivr.publish",
        seconds=SECONDS,
    ),
    Route(
        "POST",
        "/api/v1/ivr/check",
        check_ivr,
        LEADERS,
        seconds=SECONDS,
        largest_body=BYTES,
    ),
    Route("GET", "/api/v1/ivr/built-in", read_built_in, LEADERS),
    Route(
        "POST",
        "/api/v1/ivr/try",
        try_ivr,
        LEADERS,
        problems=REFUSED,
        seconds=SECONDS,
        largest_body=BYTES,
    ),
    Route(
        "POST",
        "/api/v1/ivr/call",
        call_ivr,
        LEADERS,
        status=202,
        problems=REFUSED | PROBLEMS | {kinds.AWAY, kinds.LIVE_AWAY},
        audit="ivr.call",
        seconds=SECONDS,
        largest_body=BYTES,
    ),
    Route("GET", "/api/v1/ivr/prompts/{key}", hear_prompt, LEADERS, media="audio/wav"),
    Route("GET", "/api/v1/ivr/calls", count_ivr_calls, LEADERS),
    Route("POST", "/api/v1/ivr/preview", preview_speech, LEADERS, media="audio/wav", problems=REFUSED),
    *recordings.ROUTES,
)
