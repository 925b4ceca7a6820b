"""Web push: who wants to be told, what is to be sent, and our key. It only wakes: it is no delivery."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ct112.incidents.spoken import Telling
from ct112.store import clean
from ct112.store.access_tables import AccountRow
from ct112.store.dispatches_reading import DISPATCHES
from ct112.store.engine import Connection
from ct112.store.push_tables import PushKeyRow, PushSubscriptionRow, PushTaskRow

ACCOUNTS: Table = AccountRow.metadata.tables["account"]
KEYS: Table = PushKeyRow.metadata.tables["push_key"]
SUBSCRIPTIONS: Table = PushSubscriptionRow.metadata.tables["push_subscription"]
TASKS: Table = PushTaskRow.metadata.tables["push_task"]
FOR = timedelta(minutes=10)
"""Later than this nobody is woken for it any more: telephone and supervisor have had their turn."""
MOST_OF_ACCOUNT = 10  # browsers; the one that was seen last longest ago makes room
ONE = 1
TEST = "test"


class SubscriptionUnknown(LookupError):
    """There is no such subscription of this account; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A browser as it describes itself. `key`: its public point; `secret`: its own; `language`: id or en."""

    endpoint: str
    key: bytes
    secret: bytes
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedPush:
    """A message that this worker alone sends; times in UTC."""

    id: UUID
    subscription_id: UUID
    dispatch_id: UUID | None
    telling: str
    attempts: int
    until: datetime
    lease_token: UUID


async def key(connection: Connection, candidate: bytes) -> bytes:
    """Return our private key; `candidate` becomes it when there is none yet."""
    mine = insert(KEYS).values(id=ONE, private=candidate).on_conflict_do_nothing()
    await connection.execute(mine)
    return bytes((await connection.execute(select(KEYS.c.private))).scalar_one())


async def known_key(connection: Connection) -> bytes | None:
    """Return our private key; None: nobody ever asked for it, so nobody subscribed."""
    found = await connection.scalar(select(KEYS.c.private))
    return None if found is None else bytes(found)


async def subscribe(connection: Connection, account: str, wanted: Subscription) -> UUID:
    """Keep a browser of this account, and return its id; the same again is the same.

    Whoever holds the browser has its keys: it may have been somebody else's before.
    """
    values = {"account": account, "key": wanted.key, "secret": wanted.secret, "language": wanted.language}
    mine = insert(SUBSCRIPTIONS).values(id=uuid4(), endpoint=clean.text(wanted.endpoint), **values)
    kept = mine.on_conflict_do_update(index_elements=["endpoint"], set_=values | {"seen_at": func.now()})
    id_ = (await connection.execute(kept.returning(SUBSCRIPTIONS.c.id))).scalar_one()
    listed = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.account == account)
    too_many = listed.order_by(SUBSCRIPTIONS.c.seen_at.desc(), SUBSCRIPTIONS.c.id).offset(MOST_OF_ACCOUNT)
    await connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id.in_(too_many)))
    return UUID(str(id_))


async def unsubscribe(connection: Connection, account: str, id_: UUID) -> None:
    """Forget a browser of this account. Raises SubscriptionUnknown."""
    own = (SUBSCRIPTIONS.c.id == id_, SUBSCRIPTIONS.c.account == account)
    if not (await connection.execute(delete(SUBSCRIPTIONS).where(*own))).rowcount:
        raise SubscriptionUnknown("there is no such subscription: it may be over already")


async def try_out(connection: Connection, account: str, id_: UUID) -> None:
    """Have a message sent to this browser that says that it arrived. Raises SubscriptionUnknown."""
    own = (SUBSCRIPTIONS.c.id == id_, SUBSCRIPTIONS.c.account == account)
    if (await connection.execute(select(SUBSCRIPTIONS.c.id).where(*own))).first() is None:
        raise SubscriptionUnknown("there is no such subscription: subscribe again")
    await _queue(connection, own, None, TEST)


async def queue(connection: Connection, dispatch: UUID, agency: str, telling: Telling) -> None:
    """Have every browser of an agency told that something of a dispatch waits for an acknowledgement."""
    whose = select(ACCOUNTS.c.name).where(ACCOUNTS.c.active, ACCOUNTS.c.agency == agency)
    await _queue(connection, (SUBSCRIPTIONS.c.account.in_(whose),), dispatch, telling)


async def take(connection: Connection, most: int, seconds: float) -> list[LeasedPush]:
    """Take up to `most` messages that are due and that nobody sends, for so long."""
    now = func.clock_timestamp()
    free = or_(TASKS.c.leased_until.is_(None), TASKS.c.leased_until < now)
    due = select(TASKS.c.id).where(TASKS.c.due_at <= now, free).order_by(TASKS.c.due_at).limit(most)
    taken = (
        update(TASKS)
        .where(TASKS.c.id.in_(due.with_for_update(skip_locked=True)))
        .values(
            lease_token=func.gen_random_uuid(),
            leased_until=now + timedelta(seconds=seconds),
            attempts=TASKS.c.attempts + 1,
        )
        .returning(*(TASKS.c[name] for name in LeasedPush.__dataclass_fields__))
    )
    return [LeasedPush(**row) for row in (await connection.execute(taken)).mappings()]


async def receiver(connection: Connection, push: LeasedPush) -> Subscription | None:
    """Return whom it goes to; None: the browser is gone, its account off, or of another agency by now."""
    columns = (SUBSCRIPTIONS.c[name] for name in Subscription.__dataclass_fields__)
    query = (
        select(*columns)
        .join(ACCOUNTS, ACCOUNTS.c.name == SUBSCRIPTIONS.c.account)
        .where(SUBSCRIPTIONS.c.id == push.subscription_id, ACCOUNTS.c.active)
    )
    if push.dispatch_id is not None:
        query = query.join(DISPATCHES, DISPATCHES.c.agency == ACCOUNTS.c.agency)
        query = query.where(DISPATCHES.c.id == push.dispatch_id)
    row: Mapping[Any, Any] | None = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    return Subscription(**{**row, "key": bytes(row["key"]), "secret": bytes(row["secret"])})


async def over(connection: Connection, push: LeasedPush) -> None:
    """End a message, sent or not."""
    await connection.execute(delete(TASKS).where(*_held(push)))


async def again(connection: Connection, push: LeasedPush, at: datetime) -> None:
    """Have a message sent again at this moment."""
    values = {"due_at": at, "lease_token": None, "leased_until": None}
    await connection.execute(update(TASKS).where(*_held(push)).values(**values))


async def gone(connection: Connection, push: LeasedPush) -> None:
    """Forget a browser that its push service does not know any more, and what it was to be told."""
    which = push.subscription_id
    await connection.execute(delete(TASKS).where(TASKS.c.subscription_id == which))
    await connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == which))


def _held(push: LeasedPush) -> tuple[Any, Any]:
    return TASKS.c.id == push.id, TASKS.c.lease_token == push.lease_token


async def _queue(connection: Connection, which: tuple[Any, ...], dispatch: UUID | None, telling: str) -> None:
    now = func.clock_timestamp()
    values = {
        "id": func.gen_random_uuid(),
        "subscription_id": SUBSCRIPTIONS.c.id,
        "dispatch_id": literal(dispatch, TASKS.c.dispatch_id.type),
        "telling": literal(str(telling)),
        "due_at": now,
        "until": now + FOR,
    }
    await connection.execute(insert(TASKS).from_select(list(values), select(*values.values()).where(*which)))
