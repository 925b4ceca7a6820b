"""The tables of areas and of places with a name. No personal data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ct112.incidents.places import AREA_KINDS, KINDS
from ct112.store.tables import Base


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


class AreaRow(Base):
    """A kelurahan, kecamatan or city by its official code. `geometry`: a (Multi)Polygon of GeoJSON."""

    __tablename__ = "area"
    __table_args__ = (CheckConstraint(f"kind IN ({_listed(AREA_KINDS)})", name="kind"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    parent: Mapped[str | None]
    geometry: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class PlaceNameRow(Base):
    """A place somebody may name: a street, a landmark, an area. `area`: the code of where it is."""

    __tablename__ = "place_name"
    __table_args__ = (
        Index(None, "code", unique=True),
        Index(None, "area"),
        CheckConstraint(f"kind IN ({_listed(KINDS)})", name="kind"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="point"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    area: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    aliases: Mapped[list[str]] = mapped_column(server_default=text("'{}'::text[]"))


class PlaceKeyRow(Base):
    """What a name, or another name of the same place, is found by: the key and rare of `place_text`."""

    __tablename__ = "place_key"
    __table_args__ = (
        Index(
            "ix_place_key_trigrams",
            "rare",
            postgresql_using="gin",
            postgresql_ops={"rare": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
    )

    place: Mapped[int] = mapped_column(ForeignKey("place_name.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    rare: Mapped[str]


class PlaceImportRow(Base):
    """An import of areas or names. Their count and last id say whether what a process keeps is old."""

    __tablename__ = "place_import"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by: Mapped[str]
    what: Mapped[str]
    digest: Mapped[str]
    added: Mapped[int]
    changed: Mapped[int]


IMPORT_KINDS = ("areas", "area_names", "names")
IMPORT_STEPS = ("reading", "writing", "done", "refused", "broken")


class PlaceImportJobRow(Base):
    """An import that was asked for on a screen. `beat_at`: its process was last alive."""

    __tablename__ = "place_import_job"
    __table_args__ = (
        CheckConstraint(f"step IN ({_listed(IMPORT_STEPS)})", name="step"),
        CheckConstraint(f"kind IN ({_listed(IMPORT_KINDS)})", name="kind"),
        Index(None, "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    file_name: Mapped[str]
    mend: Mapped[bool]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    beat_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None]
    step: Mapped[str] = mapped_column(server_default="reading")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    added: Mapped[int] = mapped_column(server_default="0")
    changed: Mapped[int] = mapped_column(server_default="0")
    same: Mapped[int] = mapped_column(server_default="0")
    mended: Mapped[list[str]] = mapped_column(server_default=text("'{}'::text[]"))
    said: Mapped[str] = mapped_column(server_default="")
