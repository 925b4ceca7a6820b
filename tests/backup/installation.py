"""An installation without its telephone: a database and a state folder, filled as ct112 fills them."""

import hashlib
import sqlite3
import uuid
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from ct112.backup.making import Making
from ct112.backup.manifest import Manifest
from ct112.backup.places import Places
from ct112.backup.restoring import Restoring, Wishes
from ct112.core.ids import CallId, OperatorName, PositionName
from ct112.core.record import CallRecord, EndedBy, Fact, Outcome, ServiceClass
from ct112.incidents.agencies import Contact, Shift
from ct112.incidents.hours import Hours
from ct112.store import Store, accounts, agencies, audit, ivr_versions, open_journal, routing
from ct112.store.roles import Role
from ct112.store.spool_file import SpoolFile
from ct112.worker.sealer import Sealer
from lab import people
from tests.ivr.documents import SMALL, draft
from tests.store.examples import ARRIVED, NODE

WRITTEN = {
    "CT112_API_TOKEN": "hush-hush-token",
    "CT112_DATABASE_URL": "postgresql://ct112:hush-hush-database@db.example/ct112",
    "CT112_NODES": '[{"name": "a", "ari_url": "http://127.0.0.1:8088/ari", "ari_password": "hush-hush-ari"}]',
    "CT112_RING_SECONDS": "20",
}
NOT_COMPARED = {"session", "audit", "alembic_version"}
"""Sessions end at a restore; the audit goes on with it, and is verified instead."""
NIGHTS = Shift(hours=Hours(days=frozenset(range(7)), start=1320, end=360))
Rows = Mapping[str, list[Any]]


@dataclass
class Installation:
    """A machine's folders and its database."""

    folder: Path
    database_url: str

    @property
    def places(self) -> Places:
        """Return where things are on it."""
        state = self.folder / "state"
        return Places(
            state=state,
            spool=state / "spool" / "spool.sqlite",
            audit_key=state / "audit" / "key",
            heads=state / "audit" / "heads.jsonl",
            erasures=state / "audit" / "erasures.jsonl",
            recordings=self.folder / "recordings",
            description=self.folder / "asterisk.toml",
            fallback={"a": self.folder / "fallback"},
            astdbs={"a": self.folder / "asterisk" / "astdb.sqlite3"},
        )

    async def backup(
        self, to: Path, *, secrets: bool = True, written: Mapping[str, str] = WRITTEN
    ) -> Manifest:
        """Back it up."""
        return await Making(to, self.places, self.database_url, written, secrets=secrets).run()

    async def restore(
        self, source: Path, *, replace: bool = False, erasures: Path | None = None
    ) -> list[str]:
        """Restore a backup here; return what was said."""
        said: list[str] = []
        wishes = Wishes(replace, erasures)
        await Restoring(source, self.places, self.database_url, wishes, "cli:tests").run(said.append)
        return said

    async def rows(self) -> Rows:
        """Return all rows of all tables, sorted."""
        connection = await asyncpg.connect(self.database_url)
        try:
            tables = await connection.fetch(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            return {
                name: sorted(str(tuple(row)) for row in await connection.fetch(f'SELECT * FROM "{name}"'))
                for (name,) in tables
                if name not in NOT_COMPARED
            }
        finally:
            await connection.close()

    def checksums(self) -> dict[str, str]:
        """Return the checksums of prompts, recordings and what the fallback wrote."""
        folders = [self.places.prompts, self.folder / "recordings", self.folder / "fallback"]
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    # ── filling

    async def fill(self, calls: int = 20) -> None:
        """Fill it: people, a menu, calls by way of the spool, an audit that is sealed, files."""
        store = await Store.create(self.database_url)
        try:
            await self._people(store)
            journal = open_journal(store, self.places.spool)
            await journal.open()
            for number in range(calls):
                for entry in story(number):
                    if isinstance(entry, Fact):
                        journal.note(entry)
                    else:
                        journal.save(entry)
            assert await journal.leave(60)
            await self._audited(store, calls)
        finally:
            await store.close()
        self._files()

    def spool(self, *entries: CallRecord | Fact) -> None:
        """Have entries in the spool that the database does not have yet."""
        file = SpoolFile(self.places.spool)
        file.put(entries)
        file.close()

    async def _people(self, store: Store) -> None:
        desks = [(f"pos-{n}", f"operator-{n}", f"sip-password-{n}") for n in (1, 2, 3)]
        await people.man(store, desks, since=ARRIVED)
        async with store.transaction() as connection:
            await accounts.add(connection, "siti", Role.SUPERVISOR, password_hash="$argon2id$made")
            await ivr_versions.publish(connection, draft().to_json(), SMALL, "first")
            desk = Contact(id=uuid.UUID(int=7), name="Piket", number="0285421000", shifts=(NIGHTS,))
            await agencies.change(connection, "damkar", None, contacts=[desk])
            await routing.publish(connection, 1, "again", by="siti")
            await ivr_versions.publish(connection, draft().to_json(), SMALL, "second: \\ tab\t and newline\n")
        await _run(
            self.database_url,
            "INSERT INTO session (id, token_hash, account, via, source, idle_seconds, expires_at) VALUES"
            " (gen_random_uuid(), '\\x00', 'siti', 'password', '192.0.2.7', 600, now() + interval '1 day')",
        )

    async def _audited(self, store: Store, rows: int) -> None:
        """Note reads and have them sealed, the head exported."""
        for number in range(rows):
            await note(store, number)
        await Sealer(store, self.places.audit_key, self.places.heads).work()

    def _files(self) -> None:
        places = self.places
        for name in ("a" * 32, "b" * 32):
            _write(places.prompts / f"{name}.wav", name.encode() * 900)
        _write(self.folder / "asterisk.toml", b'[node.a]\nsip_address = "192.0.2.5"\n')
        _write(self.folder / "recordings" / "id" / "greeting.wav", b"RIFF" + b"\0" * 4000)
        _write(self.folder / "fallback" / "a-1790000000.1.entered", b"at=1790000000\nani=0812\n")
        _write(places.spool.with_name("aside.jsonl"), b'{"kind": "record"}\n')
        places.astdbs["a"].parent.mkdir()
        with closing(sqlite3.connect(places.astdbs["a"])) as db:
            db.execute("CREATE TABLE astdb (key VARCHAR(256), value VARCHAR(256), PRIMARY KEY (key))")
            db.execute("INSERT INTO astdb VALUES ('/ps_auth/auth/pos-1', '{}')")
            db.commit()


def arrival(number: int) -> CallRecord:
    """Return the record of a call that has just arrived."""
    call = CallId(str(uuid.UUID(int=(0x7 << 76) | (0b10 << 62) | (number + 1_000_000))))
    arrived = ARRIVED + 60 * number
    return CallRecord(
        call=call, node=NODE, arrived_at=arrived, revision=1, ani=f"0812{number:08d}", dialled="112"
    )


def story(number: int) -> list[CallRecord | Fact]:
    """Return a call from its arrival to its end, as the switchboard writes it."""
    first = arrival(number)
    call, arrived = first.call, first.arrived_at
    answered = number % 4 != 0
    last = replace(
        first,
        revision=3,
        picked_up_at=arrived + 1,
        queued_at=arrived + 6,
        answered_at=arrived + 9 if answered else None,
        ended_at=arrived + 50,
        service_class=ServiceClass.EMERGENCY,
        ivr_path=("main", "emergency"),
        keys_pressed="1",
        operator=OperatorName("operator-1") if answered else None,
        position=PositionName("pos-1") if answered else None,
        outcome=Outcome.ANSWERED if answered else Outcome.ABANDONED,
        ended_by=EndedBy.CALLER,
        location={"latitude": -6.89, "longitude": 109.67, "text": "Jl. \\Tab\t"},
    )
    kinds = ("arrived", "picked_up", "queued", "answered" if answered else "abandoned", "ended")
    facts = [
        Fact(call=call, seq=1 + n, at=arrived + n, kind=kind, data={"n": n}) for n, kind in enumerate(kinds)
    ]
    return [first, *facts, last]


async def note(store: Store, number: int) -> None:
    """Note that somebody read a call."""
    async with store.transaction() as connection:
        await audit.note(
            connection,
            actor="siti",
            role="supervisor",
            action="call.read",
            object_kind="call",
            object_id=str(number),
            source="192.0.2.1",
            detail={"number": number},
            personal={"ani": f"0812{number}"},
        )


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
