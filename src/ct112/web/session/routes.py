"""The routes of one's own session."""

from dataclasses import dataclass, field

from aiohttp import web

from ct112.store import accounts, sessions
from ct112.store.accounts import Account
from ct112.store.engine import Connection
from ct112.store.sessions import Session
from ct112.web import kinds
from ct112.web.access import origin, totp
from ct112.web.access.access import DEVICE_COOKIE, SESSION_COOKIE, cookies_of
from ct112.web.access.passwords import BadPassword
from ct112.web.access.principal import EVERYBODY, Principal
from ct112.web.access.signing_in import Attempt, SignedIn
from ct112.web.house import House
from ct112.web.problems import Problem, refused_field
from ct112.web.routes import PUBLIC, Reply, Route
from ct112.web.session.model import (
    CodeGiven,
    Enrolment,
    Me,
    NewPassword,
    OwnAccount,
    OwnSession,
    Proof,
    SignIn,
    Ways,
    me,
)

DEVICE_SECONDS = sessions.DEVICE_DAYS * 86_400
NOT_YOURS = ("is not your password", "send the one you sign in with")
CURRENT = "current"
PEOPLE_ONLY = "only somebody who is signed in by password may: a token has none"


async def begin_session(house: House, request: web.Request, body: SignIn) -> Reply[Me]:
    """Sign in: the answer sets the session's cookie."""
    gate = house.gate
    if origin.from_elsewhere(request, gate.access.rules.origins):
        raise Problem(kinds.NOT_ALLOWED, "a page of another site sent this: use ct112's own pages")
    attempt = Attempt(
        name=body.username,
        password=body.password.get_secret_value(),
        code=None if body.code is None else body.code.get_secret_value(),
        device=request.cookies.get(DEVICE_COOKIE, ""),
        source=gate.access.source(request),
    )
    done = await gate.signing_in.by_password(attempt)
    await gate.access.forget(request.cookies.get(SESSION_COOKIE, ""))
    return Reply(me_of(done), 200, cookies=cookies_for(done, gate.signing_in.times_of(done.account).total))


async def show_session(who: Principal) -> Me:
    """Say who is signed in."""
    return me(who)


async def end_session(who: Principal, connection: Connection) -> Reply[None]:
    """Sign out: the session is over at once."""
    if who.via == "session" and who.id is not None:
        await sessions.end(connection, who.id)
    return Reply(None, 204, cookies=cookies_of((SESSION_COOKIE, "", 0)))


async def show_ways(house: House) -> Ways:
    """Say how people may sign in."""
    return Ways(oidc=house.gate.provider is not None)


async def show_own_account(who: Principal, connection: Connection) -> OwnAccount:
    """Show how one signs in, and where one is signed in."""
    account = await accounts.get(connection, _person(who))
    living = await sessions.living(connection, who.name)
    return OwnAccount(
        has_password=account.password_hash is not None,
        codes=account.totp_confirmed,
        oidc=account.oidc_subject is not None,
        sessions=tuple(_own(session, who) for session in living),
    )


def _own(session: Session, who: Principal) -> OwnSession:
    shown = {name: getattr(session, name) for name in OwnSession.model_fields if name != "this"}
    return OwnSession(**shown, this=session.id == who.id)


async def end_other_sessions(who: Principal, connection: Connection) -> None:
    """Sign out everywhere else: of a telephone that was lost, of a desk one forgot."""
    await sessions.end_all(connection, _person(who), but=who.id)


@dataclass(frozen=True, slots=True)
class Change:
    """The hash of the password that was proved, and of the one to come."""

    proved: str = field(repr=False)
    new: str = field(repr=False)


async def proved_and_hashed(house: House, who: Principal, body: NewPassword) -> Change:
    """Return the new password's hash, when the current one is right. Raises Problem."""
    stored = await _prove(house, who, body.current.get_secret_value(), CURRENT)
    try:
        return Change(stored, await house.gate.passwords.hash(body.password.get_secret_value(), who.name))
    except BadPassword as error:
        raise refused_field("password", "will not do", str(error)) from error


async def change_password(
    who: Principal,
    connection: Connection,
    prepared: Change,
    body: NewPassword,  # noqa: ARG001 (read by `prepare`)
) -> None:
    """Give oneself another password: one's other sessions end."""
    await _locked(connection, who, prepared.proved, CURRENT)
    await accounts.set_password(connection, who.name, prepared.new)
    await sessions.end_all(connection, who.name, but=who.id)


async def proved(house: House, who: Principal, body: Proof) -> str:
    """Return the hash of one's own password, when this is it. Raises Problem."""
    return await _prove(house, who, body.password.get_secret_value())


async def enrol_codes(who: Principal, connection: Connection, prepared: str, body: Proof) -> Enrolment:  # noqa: ARG001
    """Begin to use an authenticator app; a code has to confirm it."""
    account = await _locked(connection, who, prepared)
    if account.totp_confirmed:
        raise Problem(kinds.CONFLICT, "codes are asked for already: remove them first")
    secret = totp.new_secret()
    await accounts.set_totp(connection, who.name, secret, confirmed=False)
    return Enrolment(secret=secret, address=totp.address(secret, who.name))


async def confirm_codes(who: Principal, connection: Connection, body: CodeGiven) -> None:
    """Confirm the app with a code of it: from now on signing in asks for one."""
    account = await accounts.lock(connection, _person(who))
    if account.totp_secret is None or account.totp_confirmed:
        raise Problem(kinds.CONFLICT, "nothing waits to be confirmed: begin with POST")
    step = totp.step(account.totp_secret, body.code.get_secret_value())
    if step is None:
        raise refused_field("code", "is no code of now", "see that the telephone's clock is right")
    await accounts.set_totp(connection, who.name, account.totp_secret, confirmed=True)
    await accounts.use_totp_step(connection, who.name, step)


async def remove_codes(who: Principal, connection: Connection, prepared: str, body: Proof) -> None:  # noqa: ARG001
    """Ask for no codes any more."""
    await _locked(connection, who, prepared)
    await accounts.set_totp(connection, who.name, None, confirmed=False)


def me_of(done: SignedIn) -> Me:
    """Return who has signed in."""
    account = done.account
    return Me(
        name=account.name,
        role=account.role,
        operator=account.operator,
        agency=account.agency,
        scopes=None,
        via="session",
    )


def cookies_for(done: SignedIn, seconds: int) -> tuple[str, ...]:
    """Return the cookies of a session that has begun."""
    found = [(SESSION_COOKIE, done.secret, seconds)]
    if done.device is not None:
        found.append((DEVICE_COOKIE, done.device, DEVICE_SECONDS))
    return cookies_of(*found)


def _person(who: Principal) -> str:
    if who.via != "session":
        raise Problem(kinds.NOT_ALLOWED, PEOPLE_ONLY)
    return who.name


async def _prove(house: House, who: Principal, password: str, field: str = "password") -> str:
    """Return the hash that this password is of; `field`: where it was sent. Raises Problem."""
    stored = await house.gate.signing_in.prove(_person(who), password)
    if stored is None:
        raise refused_field(field, *NOT_YOURS)
    return stored


async def _locked(connection: Connection, who: Principal, proved: str, field: str = "password") -> Account:
    """Return one's account, locked, while the proved password is still its own. Raises Problem."""
    account = await accounts.lock(connection, who.name)
    if account.password_hash != proved:
        raise refused_field(field, *NOT_YOURS)
    return account


REFUSALS = frozenset({kinds.REFUSED, kinds.SLOW_DOWN, kinds.NOT_ALLOWED})
ROUTES = (
    Route(
        "POST",
        "/api/v1/session",
        begin_session,
        PUBLIC,
        problems=frozenset({kinds.SIGN_IN, kinds.CODE_NEEDED, kinds.NOT_ALLOWED, kinds.SLOW_DOWN}),
    ),
    Route("GET", "/api/v1/session", show_session, EVERYBODY),
    Route("DELETE", "/api/v1/session", end_session, EVERYBODY, status=204, audit="session.end"),
    Route("GET", "/api/v1/session/ways", show_ways, PUBLIC),
    Route(
        "GET",
        "/api/v1/session/account",
        show_own_account,
        EVERYBODY,
        problems=frozenset({kinds.NOT_ALLOWED}),
    ),
    Route(
        "DELETE",
        "/api/v1/session/others",
        end_other_sessions,
        EVERYBODY,
        status=204,
        problems=frozenset({kinds.NOT_ALLOWED}),
        audit="session.end_others",
    ),
    Route(
        "PUT",
        "/api/v1/session/password",
        change_password,
        EVERYBODY,
        status=204,
        prepare=proved_and_hashed,
        problems=REFUSALS,
        audit="session.password",
    ),
    Route(
        "POST",
        "/api/v1/session/codes",
        enrol_codes,
        EVERYBODY,
        status=201,
        prepare=proved,
        problems=REFUSALS | {kinds.CONFLICT},
        audit="session.codes_enrol",
    ),
    Route(
        "PUT",
        "/api/v1/session/codes",
        confirm_codes,
        EVERYBODY,
        status=204,
        problems=REFUSALS | {kinds.CONFLICT},
        audit="session.codes_confirm",
    ),
    Route(
        "POST",
        "/api/v1/session/codes/remove",
        remove_codes,
        EVERYBODY,
        status=204,
        prepare=proved,
        problems=REFUSALS,
        audit="session.codes_remove",
    ),
)
