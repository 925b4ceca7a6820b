"""Areas and places with a name, as values. Angles in degrees, WGS 84."""

import re
from dataclasses import dataclass

AREA_CODE = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
"""The official code: province, city, kecamatan, kelurahan."""
AREA_KINDS = ("province", "city", "kecamatan", "kelurahan")
KINDS = ("street", "alley", "housing", "landmark", "kelurahan", "kecamatan", "city", "province")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area; one that has another code in front of its own is part of that."""

    code: str
    name: str

    @property
    def kind(self) -> str:
        """Return what it is, by its code."""
        return AREA_KINDS[self.code.count(".")]

    @property
    def parent(self) -> str | None:
        """Return the code of the area around it."""
        return self.code.rpartition(".")[0] or None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A place with a name. `code`: the importer's own; `aliases`: what else people call it."""

    code: str
    kind: str
    name: str
    area: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """A place a search found, and how well it fits."""

    code: str
    kind: str
    name: str
    area: str | None
    area_name: str | None
    latitude: float | None
    longitude: float | None
    score: float
