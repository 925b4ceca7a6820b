"""The routes of tokens."""

from datetime import UTC, datetime, timedelta

from ct112.store import tokens
from ct112.store.accounts import UnknownAccount
from ct112.store.engine import Connection
from ct112.store.pages import BadCursor
from ct112.store.tokens import TokenError
from ct112.web import kinds
from ct112.web.access.principal import Principal, Role
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route
from ct112.web.tokens.model import MadeToken, NewToken, TokenPage, TokenQuery, TokenView
from ct112.web.values import ById

ADMINS = frozenset({Role.ADMIN})


async def list_tokens(connection: Connection, query: TokenQuery) -> TokenPage:
    """List the keys of machines, the newest first, revoked ones too."""
    try:
        page = await tokens.page(connection, account=query.account, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(TokenView.model_validate, page.items))
    return TokenPage(tokens=found, total=page.total, next=page.next)


async def add_token(connection: Connection, who: Principal, body: NewToken) -> MadeToken:
    """Make a key for a machine; its secret is shown this once."""
    if not who.may_give(frozenset(body.scopes)):
        raise Problem(kinds.NOT_ALLOWED, "a token makes none that may more than itself")
    until = None if body.days is None else datetime.now(UTC) + timedelta(days=body.days)
    try:
        token, secret = await tokens.add(
            connection,
            body.account,
            label=body.label,
            scopes=body.scopes,
            created_by=who.name,
            expires_at=until,
        )
    except (UnknownAccount, TokenError) as error:
        raise Problem(kinds.REFUSED, str(error)) from error
    return MadeToken(**dict(TokenView.model_validate(token)), secret=secret)


async def revoke_token(connection: Connection, path: ById) -> TokenView:
    """Make a key worthless at once."""
    try:
        return TokenView.model_validate(await tokens.revoke(connection, path.id))
    except TokenError as error:
        raise Problem(kinds.NOT_FOUND, "see GET /api/v1/tokens", title="no such token") from error


ROUTES = (
    Route("GET", "/api/v1/tokens", list_tokens, ADMINS, audit="token.list"),
    Route("POST", "/api/v1/tokens", add_token, ADMINS, status=201, audit="token.add"),
    Route(
        "DELETE",
        "/api/v1/tokens/{id}",
        revoke_token,
        ADMINS,
        problems=frozenset({kinds.NOT_FOUND}),
        audit="token.revoke",
    ),
)
