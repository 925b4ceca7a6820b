"""The routes of web push: a phone of an agency asks to be woken, or not to be any more."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from ct112.incidents.destinations import LONGEST_URL, url_trouble
from ct112.store import Connection, pushes
from ct112.store.pushes import Subscription, SubscriptionUnknown
from ct112.web import kinds
from ct112.web.access.principal import Principal, Role
from ct112.web.house import House
from ct112.web.problems import Problem, refused_field
from ct112.web.push.keys import is_point, new_key, public, unpadded
from ct112.web.routes import Reply, Route
from ct112.web.values import ById, Given, Shown

SECRET_BYTES = 16
Base64Url = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_-]+={0,2}$")]


class PushKey(Shown):
    """Our public key: a subscription is made for it."""

    key: str


class NewSubscription(Given):
    """A subscription as a browser has it (`PushSubscription.toJSON()`), and its person's language."""

    endpoint: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    p256dh: Base64Url
    auth: Base64Url
    language: Literal["id", "en"] = "id"


class SubscriptionView(Shown):
    """A subscription, by its id."""

    id: UUID


async def read_push_key(connection: Connection) -> PushKey:
    """Read our public key for web push; it is made when it is asked for first, and stays."""
    return PushKey(key=public(await pushes.key(connection, new_key())))


async def subscribe_push(
    house: House, connection: Connection, who: Principal, body: NewSubscription
) -> Reply[SubscriptionView]:
    """Have a browser woken when something waits for its agency. The same again is the same."""
    trouble = url_trouble(body.endpoint, house.networks)
    if trouble is not None:
        raise refused_field("endpoint", *trouble)
    wanted = Subscription(
        endpoint=body.endpoint,
        key=_bytes("p256dh", body.p256dh),
        secret=_bytes("auth", body.auth),
        language=body.language,
    )
    if not is_point(wanted.key):
        raise refused_field("p256dh", "is no key of P-256", "send what the browser's subscription says")
    if len(wanted.secret) != SECRET_BYTES:
        raise refused_field(
            "auth", f"has not {SECRET_BYTES} bytes", "send what the browser's subscription says"
        )
    return Reply(SubscriptionView(id=await pushes.subscribe(connection, who.name, wanted)), 201)


async def unsubscribe_push(connection: Connection, who: Principal, path: ById) -> None:
    """Wake one's own browser no more."""
    try:
        await pushes.unsubscribe(connection, who.name, path.id)
    except SubscriptionUnknown as error:
        raise _unknown(error) from None


async def try_push(connection: Connection, who: Principal, path: ById) -> None:
    """Send one's own browser a message that says nothing but that it arrived."""
    try:
        await pushes.try_out(connection, who.name, path.id)
    except SubscriptionUnknown as error:
        raise _unknown(error) from None


def _bytes(field: str, text: str) -> bytes:
    try:
        return unpadded(text)
    except ValueError:
        raise refused_field(field, "is no base64url", "send what the browser's subscription says") from None


def _unknown(error: SubscriptionUnknown) -> Problem:
    return Problem(kinds.NOT_FOUND, str(error), title="no such subscription")


WHO = frozenset({Role.AGENCY, Role.ADMIN})
"""An admin tries out what a phone gets; dispatches wake phones of the agency alone."""
ROUTES = (
    Route("GET", "/api/v1/push/key", read_push_key, WHO),
    Route("POST", "/api/v1/push/subscriptions", subscribe_push, WHO, status=201, audit="push.subscribe"),
    Route(
        "DELETE",
        "/api/v1/push/subscriptions/{id}",
        unsubscribe_push,
        WHO,
        status=204,
        audit="push.unsubscribe",
    ),
    Route("POST", "/api/v1/push/subscriptions/{id}/test", try_push, WHO, status=202, audit="push.test"),
)
