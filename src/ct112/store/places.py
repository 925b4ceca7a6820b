"""Places with a name: searching what somebody said, and taking in what a city knows of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from ct112.incidents.place_match import Wanted, score
from ct112.incidents.place_text import read
from ct112.incidents.places import Area, FoundPlace, NamedPlace
from ct112.store.engine import Connection
from ct112.store.place_tables import AreaRow, PlaceImportRow, PlaceKeyRow, PlaceNameRow

AREAS: Table = AreaRow.metadata.tables["area"]
NAMES: Table = PlaceNameRow.metadata.tables["place_name"]
KEYS: Table = PlaceKeyRow.metadata.tables["place_key"]
IMPORTS: Table = PlaceImportRow.metadata.tables["place_import"]
CANDIDATES = 60  # that the index brings and the match puts in order
MOST = 20  # places in an answer
AT_ONCE = 2_000  # rows of a statement: the driver takes 32,767 values
SIMILAR, WORD_SIMILAR = 0.43, 0.55  # of pg_trgm: fewer trigrams shared, and it is not looked at
SETTINGS = select(
    *(
        func.set_config(name, str(value), literal(True))
        for name, value in {
            "pg_trgm.similarity_threshold": SIMILAR,
            "pg_trgm.word_similarity_threshold": WORD_SIMILAR,
            "enable_seqscan": "off",  # the planner thinks trigrams dearer than they are
            "jit": "off",
        }.items()
    )
)
SEARCH = text(
    """
    SELECT p.code, p.kind, p.name, p.area, p.latitude, p.longitude, k.key, a.name AS area_name
    FROM (
        SELECT place, key,
            greatest(similarity(rare, :rare), word_similarity(:rare, rare)) + similarity(key, :key) AS alike
        FROM place_key WHERE rare % :rare OR :rare <% rare
        ORDER BY alike DESC, length(key), place LIMIT :most
    ) k
    JOIN place_name p ON p.id = k.place
    LEFT JOIN place_name a ON a.code = p.area
    """
)


Told = Callable[[int], None]
"""Called with how many more rows are written: a name counts twice, once for what it is found by."""


def untold(_more: int) -> None:
    """Nobody waits for progress."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did; the rest was there already, as it is now."""

    added: int
    changed: int
    same: int


async def search(
    connection: Connection, said: str, *, limit: int = 10, area: str | None = None
) -> list[FoundPlace]:
    """Return the places that fit what was said, the best first. `area`: only in the area with this code.

    Any text will do: one that names nothing finds nothing.
    """
    wanted = Wanted.of(said)
    if not wanted.words:
        return []
    await connection.execute(SETTINGS)
    most = CANDIDATES if area is None else 10 * CANDIDATES
    values = {"key": wanted.text.key, "rare": wanted.text.rare, "most": most}
    rows = (await connection.execute(SEARCH, values)).mappings()
    found: dict[str, FoundPlace] = {}
    for row in rows:
        if area is None or _inside(row["area"] or row["code"], area):
            place = _found(wanted, row)
            found[place.code] = max(found.get(place.code, place), place, key=lambda one: one.score)
    return sorted(found.values(), key=lambda one: (-one.score, one.name, one.code))[: min(limit, MOST)]


def _found(wanted: Wanted, row: Any) -> FoundPlace:
    area_key = read(row["area_name"]).key if row["area_name"] else ""
    fits = score(wanted, row["key"], row["kind"], area_key)
    fields = {name: row[name] for name in FoundPlace.__slots__ if name != "score"}
    return FoundPlace(**fields, score=round(max(0.0, min(1.0, fits)), 3))


def _inside(code: str, area: str) -> bool:
    return code == area or code.startswith(f"{area}.")


async def areas(connection: Connection) -> list[Any]:
    """Return every area with its outline, by code."""
    return list((await connection.execute(select(AREAS).order_by(AREAS.c.code))).all())


async def area_list(connection: Connection) -> list[Any]:
    """Return code, kind, name and parent of every area, by code."""
    some = select(AREAS.c.code, AREAS.c.kind, AREAS.c.name, AREAS.c.parent)
    return list((await connection.execute(some.order_by(AREAS.c.code))).all())


async def state(connection: Connection) -> tuple[int, int]:
    """Return a value that is another after each import: how many there were, and the last one's number.

    The number alone will not do: of two imports at once the first to begin may be the last to be kept.
    """
    row = (await connection.execute(select(func.count(), func.coalesce(func.max(IMPORTS.c.id), 0)))).one()
    return int(row[0]), int(row[1])


async def take_areas(
    connection: Connection,
    found: Sequence[tuple[Area, dict[str, Any] | None]],
    *,
    by: str,
    digest: str,
    told: Told = untold,
) -> Taken:
    """Take in areas: new ones are added, others changed, none removed. A None keeps the outline there was."""
    rows = [
        {"code": area.code, "kind": area.kind, "name": area.name, "parent": area.parent, "geometry": outline}
        for area, outline in found
    ]
    new = insert(AREAS)
    kept = func.coalesce(new.excluded.geometry, AREAS.c.geometry)
    new = new.on_conflict_do_update(
        index_elements=["code"],
        set_={"name": new.excluded.name, "geometry": kept},
        where=AREAS.c.name.is_distinct_from(new.excluded.name) | AREAS.c.geometry.is_distinct_from(kept),
    )
    added, changed = await _put(connection, new, AREAS, rows, told)
    named = [
        NamedPlace(code=area.code, kind=area.kind, name=area.name, area=area.parent) for area, _ in found
    ]
    await _take_names(connection, named, told)
    await _note(connection, by, "areas", digest, added, changed)
    return Taken(added, changed, len(rows) - added - changed)


async def take_names(
    connection: Connection, found: Sequence[NamedPlace], *, by: str, digest: str, told: Told = untold
) -> Taken:
    """Take in streets, landmarks and the like: new ones are added, others changed, none removed."""
    added, changed = await _take_names(connection, found, told)
    await _note(connection, by, "names", digest, added, changed)
    return Taken(added, changed, len(found) - added - changed)


async def known_areas(connection: Connection) -> set[str]:
    """Return the codes of all areas."""
    return set((await connection.scalars(select(AREAS.c.code))).all())


async def remove(connection: Connection, code: str) -> bool:
    """Remove a place with a name; False: there is none. Areas stay: incidents are in them."""
    gone = delete(NAMES).where(
        NAMES.c.code == code, NAMES.c.kind.in_(("street", "alley", "housing", "landmark"))
    )
    return (await connection.execute(gone)).rowcount > 0


async def _take_names(connection: Connection, found: Sequence[NamedPlace], told: Told) -> tuple[int, int]:
    rows = [_row(place) for place in found]
    new = insert(NAMES)
    fields = ("kind", "name", "area", "latitude", "longitude", "aliases")
    different = [NAMES.c[name].is_distinct_from(new.excluded[name]) for name in fields]
    where = different[0]
    for one in different[1:]:
        where = where | one
    new = new.on_conflict_do_update(
        index_elements=["code"], set_={name: new.excluded[name] for name in fields}, where=where
    )
    counts = await _put(connection, new, NAMES, rows, told)
    await _keys(connection, found, told)
    return counts


async def _put(
    connection: Connection, new: Any, table: Table, rows: list[dict[str, Any]], told: Told
) -> tuple[int, int]:
    """Put the rows in; return how many were added and how many changed."""
    added = changed = 0
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        there = select(func.count()).select_from(table).where(table.c.code.in_([row["code"] for row in some]))
        before = int(await connection.scalar(there) or 0)
        done = (await connection.execute(new.values(some).returning(table.c.code))).all()
        added += len(some) - before
        changed += len(done) - (len(some) - before)
        told(len(some))
    return added, changed


async def _keys(connection: Connection, found: Sequence[NamedPlace], told: Told) -> None:
    """Write what the places are found by."""
    wanted = {place.code: _keys_of(place) for place in found}
    for at in range(0, len(found), AT_ONCE):
        codes = [place.code for place in found[at : at + AT_ONCE]]
        rows = await connection.execute(select(NAMES.c.code, NAMES.c.id).where(NAMES.c.code.in_(codes)))
        ids = {row.code: row.id for row in rows}
        await connection.execute(delete(KEYS).where(KEYS.c.place.in_(list(ids.values()))))
        keys = [
            {"place": ids[code], "key": key, "rare": rare} for code in codes for key, rare in wanted[code]
        ]
        for part in range(0, len(keys), AT_ONCE):
            await connection.execute(insert(KEYS), keys[part : part + AT_ONCE])
        told(len(codes))


def _keys_of(place: NamedPlace) -> list[tuple[str, str]]:
    texts = {text.key: text.rare for text in map(read, (place.name, *place.aliases)) if text.key}
    return sorted(texts.items())


def _row(place: NamedPlace) -> dict[str, Any]:
    fields = {name: getattr(place, name) for name in NamedPlace.__slots__}
    return fields | {"aliases": list(place.aliases)}


async def _note(connection: Connection, by: str, what: str, digest: str, added: int, changed: int) -> None:
    values = {"by": by, "what": what, "digest": digest, "added": added, "changed": changed}
    await connection.execute(insert(IMPORTS).values(**values))
    await connection.execute(text("ANALYZE area, place_name, place_key"))
