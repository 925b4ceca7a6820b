"""The routes of signing in through the city's own provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from aiohttp import hdrs, web
from pydantic import Field

from ct112 import logs
from ct112.store.throttle import network
from ct112.web import kinds
from ct112.web.access.access import SESSION_COOKIE, cookies_of, slowed
from ct112.web.access.lane import Busy
from ct112.web.access.oidc import FLOW_SECONDS, Flow, Provider
from ct112.web.access.oidc_requests import ProviderError
from ct112.web.house import House
from ct112.web.problems import Problem
from ct112.web.routes import PUBLIC, Media, Route
from ct112.web.session.routes import cookies_for
from ct112.web.values import Given

log = logs.get("oidc")

FLOW_COOKIE = "__Host-ct112-oidc"
AGAIN = "begin again at /api/v1/session/oidc"


class ProviderAnswer(Given):
    """What the provider sends the browser back with. `iss` and the like are its own."""

    state: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    iss: Annotated[str, Field(max_length=500)] | None = None
    error: Annotated[str, Field(max_length=200)] | None = None
    error_description: Annotated[str, Field(max_length=1000)] | None = None
    session_state: Annotated[str, Field(max_length=500)] | None = None
    scope: Annotated[str, Field(max_length=500)] | None = None


async def begin_by_provider(house: House, request: web.Request) -> Media:
    """Send the browser to the provider."""
    flow = Flow.new()
    try:
        with _problems(_provider(house)):
            address = await _provider(house).address(flow)
    except Problem as problem:
        return _back(request, problem)
    cookie = cookies_of((FLOW_COOKIE, flow.text(), FLOW_SECONDS))
    return Media(b"", "text/plain", headers={"Location": address}, status=302, cookies=cookie)


async def end_by_provider(house: House, request: web.Request, query: ProviderAnswer) -> Media:
    """Take what the provider says, and begin a session."""
    try:
        return await _ended(house, request, query)
    except Problem as problem:
        return _back(request, problem)


def _back(request: web.Request, problem: Problem) -> Media:
    """Send a person to the page of signing in, which says what went wrong; programs get the problem."""
    if "text/html" not in request.headers.get(hdrs.ACCEPT, ""):
        raise problem
    kind = problem.kind.type.rpartition(":")[2]
    over = cookies_of((FLOW_COOKIE, "", 0))
    return Media(b"", "text/plain", headers={"Location": f"/login?provider={kind}"}, status=303, cookies=over)


async def _ended(house: House, request: web.Request, query: ProviderAnswer) -> Media:
    provider, gate = _provider(house), house.gate
    flow = Flow.of(request.cookies.get(FLOW_COOKIE, ""))
    if flow is None or query.code is None:
        raise Problem(kinds.NOT_ALLOWED, f"the provider let nobody in, or it took too long: {AGAIN}")
    source = gate.access.source(request)
    wait = provider.guesses.wait(network(source))
    if wait:
        raise slowed(wait, "too many answers of no worth came from there: wait, then begin again")
    with _problems(provider, network(source)):
        subject = await provider.subject(flow, state=query.state, code=query.code, issuer=query.iss)
    done = await gate.signing_in.by_provider(provider.settings.issuer, subject, source)
    await gate.access.forget(request.cookies.get(SESSION_COOKIE, ""))
    over = cookies_of((FLOW_COOKIE, "", 0))
    cookies = (*cookies_for(done, gate.signing_in.times_of(done.account).total), *over)
    return Media(b"", "text/plain", headers={"Location": "/"}, status=303, cookies=cookies)


def _provider(house: House) -> Provider:
    if house.gate.provider is None:
        raise Problem(kinds.NOT_FOUND, "sign in with POST /api/v1/session: no provider is set")
    return house.gate.provider


@contextmanager
def _problems(provider: Provider, guesser: str | None = None) -> Iterator[None]:
    """Turn what goes wrong at the provider into problems, and note who may have guessed."""
    try:
        yield
    except Busy:
        raise slowed(1, f"too many sign in at once: {AGAIN}") from None
    except ProviderError as error:
        log.warning("nobody signed in by the provider", reason=str(error))
        if guesser is not None:
            provider.guesses.wrong(guesser)
        raise Problem(kinds.NOT_ALLOWED, f"the provider's answer will not do ({error}): {AGAIN}") from error


PROBLEMS = frozenset({kinds.NOT_FOUND, kinds.NOT_ALLOWED, kinds.SLOW_DOWN})
ROUTES = (
    Route(
        "GET",
        "/api/v1/session/oidc",
        begin_by_provider,
        PUBLIC,
        status=302,
        media="text/plain",
        problems=PROBLEMS,
    ),
    Route(
        "GET",
        "/api/v1/session/oidc/callback",
        end_by_provider,
        PUBLIC,
        status=303,
        media="text/plain",
        problems=PROBLEMS,
    ),
)
