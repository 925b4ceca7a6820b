"""The tables. Migrations build them; a test holds the two against each other."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ct112.core.callback_rules import CallbackResult, NotDialled, TaskState
from ct112.core.record import ClassSource, EndedBy, Outcome, ServiceClass
from ct112.core.stays import StayKind

NAME_PATTERN = "^[a-z0-9][a-z0-9-]{0,30}$"
"""What a position or an operator may be called: the name becomes a SIP user and part of a dialled string."""


REVERSED_NUMBER = 'reverse("right"(COALESCE(ani_e164, ani), 15))'
"""The end of a caller's number from behind, so that an index finds it by its last digits."""
LAST_FOUR = '"right"(COALESCE(ani_e164, ani), 4)'
"""Its last four, which keep the list's order: whoever calls day and night has tens of thousands of calls."""


class Base(DeclarativeBase):
    """Every constraint has a name, so that a migration can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as it stands
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        list[str]: ARRAY(Text()),
    }


def _one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class CallRow(Base):
    """One row a call, UTC. `revision` grows with every change: the highest wins.

    `erased_at`: when the caller's number went; a trigger sees that no later record brings it back.
    """

    __tablename__ = "call_record"
    __table_args__ = (
        _one_of("service_class", ServiceClass),
        _one_of("class_source", ClassSource),
        _one_of("outcome", Outcome),
        _one_of("ended_by", EndedBy),
        Index(None, "arrived_at", "id"),
        Index(None, "ani_e164", "arrived_at", postgresql_where=text("ani_e164 IS NOT NULL")),
        Index("ix_call_record_open", "node", postgresql_where=text("ended_at IS NULL")),
        Index(None, "service_class", "arrived_at", "id"),
        Index(None, "outcome", "arrived_at", "id"),
        Index(None, "operator", "arrived_at", "id", postgresql_where=text("operator IS NOT NULL")),
        Index(None, "node", "arrived_at", "id"),
        Index(
            "ix_call_record_digits",
            literal_column(REVERSED_NUMBER).label("digits"),
            postgresql_ops={"digits": "text_pattern_ops"},
        ),
        Index("ix_call_record_last_four", literal_column(LAST_FOUR).label("last_four"), "arrived_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    node: Mapped[str]
    sip_call_id: Mapped[str | None]
    ani: Mapped[str | None]  # as received: any length, so never indexed
    ani_e164: Mapped[str | None]
    dialled: Mapped[str]
    arrived_at: Mapped[datetime]
    picked_up_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    service_class: Mapped[str | None]
    class_source: Mapped[str | None]
    ivr_version: Mapped[int | None]
    ivr_path: Mapped[list[str]]
    keys_pressed: Mapped[str | None]
    operator: Mapped[str | None]
    position: Mapped[str | None]
    outcome: Mapped[str | None]
    ended_by: Mapped[str | None]
    location: Mapped[dict[str, Any] | None]
    recording: Mapped[dict[str, Any] | None]
    erased_at: Mapped[datetime | None]


class FactRow(Base):
    """One thing that happened to a call; a trigger refuses any change.

    No foreign key to `call_record`: a fact may be written before its record, or outlive a record that
    could not be written.
    """

    __tablename__ = "call_fact"

    call_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]


class CallbackTask(Base):
    """Somebody nobody answered, to be called back; calls of one number within a window are one task.

    `number` is what makes two calls the same caller, `ani` what is dialled, unless `not_dialled` says why
    not. `last_call_at`: when the last of the calls ended.
    """

    __tablename__ = "callback_task"
    __table_args__ = (
        _one_of("service_class", ServiceClass),
        _one_of("state", TaskState),
        _one_of("result", CallbackResult),
        _one_of("not_dialled", NotDialled),
        Index("ix_callback_task_live", "number", postgresql_where=text("state <> 'closed'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str]
    ani: Mapped[str]
    service_class: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    result: Mapped[str | None]
    calls: Mapped[int]
    attempts: Mapped[int]
    first_call_at: Mapped[datetime]
    last_call_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    taken_by: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    not_dialled: Mapped[str | None]


class CallbackCall(Base):
    """Which calls made a task: so that a call written twice counts once."""

    __tablename__ = "callback_call"

    call_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("callback_task.id"))


class Position(Base):
    """A workstation with a softphone. Its SIP password is in clear: it is pushed to Asterisk as it is."""

    __tablename__ = "position"
    __table_args__ = (CheckConstraint(f"name ~ '{NAME_PATTERN}'", name="name"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    sip_password: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Operator(Base):
    """A person who takes calls. `pin_hash`: argon2, for logging in by telephone; `active`: may log in."""

    __tablename__ = "operator"
    __table_args__ = (CheckConstraint(f"name ~ '{NAME_PATTERN}'", name="name"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(server_default="")
    pin_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class PauseReason(Base):
    """Why an operator may be paused, in the order of `place`. One that is `retired` is offered no more."""

    __tablename__ = "pause_reason"
    __table_args__ = (CheckConstraint(f"code ~ '{NAME_PATTERN}'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    indonesian: Mapped[str]
    english: Mapped[str]
    place: Mapped[int]
    retired: Mapped[bool] = mapped_column(server_default=text("false"))


class Stay(Base):
    """One operator at one position from log-in to log-out (`until` is null while they sit there).

    Kept from the facts of the stay, so that it can be made again from them. Names are text: what happened
    outlives the rows of who it happened to.
    """

    __tablename__ = "seating"
    __table_args__ = (
        Index(None, "since", "id"),
        Index(None, "operator", "since"),
        Index("ix_seating_open", "operator", postgresql_where=text("until IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    operator: Mapped[str]
    position: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ready: Mapped[bool]
    reason: Mapped[str | None]


class StayFact(Base):
    """One thing that happened to a stay; a trigger refuses any change. `by`: who asked for it."""

    __tablename__ = "seating_fact"
    __table_args__ = (_one_of("kind", StayKind),)

    stay: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str]
    operator: Mapped[str]
    position: Mapped[str]
    since: Mapped[datetime]
    ready: Mapped[bool]
    reason: Mapped[str | None]
    by: Mapped[str]


class PlannedDuty(Base):
    """The roster: an operator who should be on duty, or (no name) how many people should be."""

    __tablename__ = "roster"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("people BETWEEN 1 AND 999", name="people"),
        Index(None, "ends_at"),
        Index(None, "operator", "starts_at", unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    operator: Mapped[str | None] = mapped_column(ForeignKey("operator.name", ondelete="CASCADE"))
    people: Mapped[int] = mapped_column(server_default=text("1"))


class IvrVersion(Base):
    """An IVR document; a trigger refuses any change. Which is live says the last publication."""

    __tablename__ = "ivr_version"

    version: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source_yaml: Mapped[str]
    document: Mapped[dict[str, Any]]
    note: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())


class IvrPublication(Base):
    """One publishing of a version; the last one is live. A trigger refuses any change."""

    __tablename__ = "ivr_publication"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("ivr_version.version"))
    note: Mapped[str]
    published_by: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SettingVersion(Base):
    """All settings as of one change, in seconds by name; the newest counts. A trigger refuses any change."""

    __tablename__ = "setting_version"
    __table_args__ = (CheckConstraint("jsonb_typeof(\"values\") = 'object'", name="values"),)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[dict[str, Any]]
    note: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdempotencyKey(Base):
    """The first answer to a request that makes something, kept for a day. Without one it is under way."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index(None, "at"),)

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
