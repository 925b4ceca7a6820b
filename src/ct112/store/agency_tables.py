"""The tables of agencies and of who is asked when."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ct112.incidents.agencies import CODE_PATTERN
from ct112.store.tables import Base


class AgencyRow(Base):
    """A body that acts. Never deleted, only set inactive: incidents name it.

    `ways`: a list, in the order tried; a way's secret is in clear, since what it signs has to be signed.
    Personal data: a way's number and address may be somebody's.
    """

    __tablename__ = "agency"
    __table_args__ = (
        CheckConstraint(f"code ~ '{CODE_PATTERN}'", name="code"),
        CheckConstraint("jsonb_typeof(ways) = 'array'", name="ways"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    ways: Mapped[list[Any]] = mapped_column(JSONB(none_as_null=True), server_default=text("'[]'::jsonb"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class ContactRow(Base):
    """A person or desk of an agency, in the order of `place`. Personal data: name, number, email."""

    __tablename__ = "agency_contact"
    __table_args__ = (Index(None, "agency", "place"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    place: Mapped[int]
    name: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    number: Mapped[str | None]
    email: Mapped[str | None]


class DutyRow(Base):
    """When a contact is on duty: a shift of the week, or an exception that says on or off for a span.

    A shift has `days`, `start_minute` and `end_minute` (local), an exception `starts_at`, `ends_at` and
    `on_duty`. Personal data: with the contact it says when somebody works; `note` may say why not.
    """

    __tablename__ = "agency_duty"
    __table_args__ = (
        Index(None, "contact"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint(
            "(days IS NULL) = (starts_at IS NOT NULL) AND (starts_at IS NULL) = (ends_at IS NULL)"
            " AND (starts_at IS NULL) = (on_duty IS NULL)"
            " AND (days IS NULL) = (start_minute IS NULL) AND (days IS NULL) = (end_minute IS NULL)",
            name="kind",
        ),
        CheckConstraint("start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    contact: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency_contact.id", ondelete="CASCADE"))
    days: Mapped[list[str] | None]
    start_minute: Mapped[int | None]
    end_minute: Mapped[int | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    on_duty: Mapped[bool | None]
    note: Mapped[str] = mapped_column(server_default="")


class RoutingVersion(Base):
    """A routing document: rules, default, run cards; a trigger refuses any change."""

    __tablename__ = "routing_version"

    number: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source_yaml: Mapped[str]
    document: Mapped[dict[str, Any]]
    note: Mapped[str]
    stored_by: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoutingPublication(Base):
    """One publishing of a version; the last one is in force. A trigger refuses any change."""

    __tablename__ = "routing_publication"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("routing_version.number"))
    note: Mapped[str]
    published_by: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoutingUnmatched(Base):
    """An incident no rule fitted: it went to the default, and somebody has to look at the rules."""

    __tablename__ = "routing_unmatched"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    incident: Mapped[uuid.UUID | None]
    category: Mapped[str]
    area: Mapped[str | None]
    version: Mapped[int]
