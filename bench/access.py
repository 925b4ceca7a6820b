"""What access and audit cost: verifying 100,000 rows, and a flood of wrong passwords.

`PYTHONPATH=src:. python -m bench.access` prints the figures that docs/security.md has.
"""

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from ct112.http.server import HttpServer
from ct112.settings import Settings
from ct112.store import Store, accounts
from ct112.store.audit_verify import verify
from ct112.store.engine import open_engine
from ct112.store.roles import Role
from ct112.web.access.passwords import hashed
from ct112.web.process import Web
from ct112.worker.audit_heads import read_heads
from ct112.worker.audit_key import read_key
from ct112.worker.sealer import Sealer
from lab.throwaway import Server, migrated

ROWS, PARTS = 100_000, 20
PASSWORD = "correct horse battery"
FILL = (
    "INSERT INTO audit (actor, role, action, object_kind, object_id, detail, personal, personal_digest,"
    " personal_length) SELECT 'person-' || n % 50, 'operator', 'call.read', 'call', gen_random_uuid()::text,"
    ' \'{"via": "session"}\', p, sha256(p::bytea), length(p)'
    ' FROM (SELECT n, \'{"salt":"\' || md5(n::text) || \'","source":"192.0.2.1"}\' AS p'
    " FROM generate_series(1, {rows}) AS n) AS rows"
)


async def audit_rows(url: str, folder: Path) -> None:
    """Seal and verify ROWS rows."""
    store = await Store.create(url)
    engine = open_engine(url)
    async with engine.begin() as connection:
        for _ in range(PARTS):
            await connection.exec_driver_sql(FILL.replace("{rows}", str(ROWS // PARTS)))
    await engine.dispose()
    began = time.monotonic()
    await Sealer(store, folder / "key", folder / "heads").work()
    print(f"sealed {ROWS} rows in {time.monotonic() - began:.1f} s")
    key = read_key(folder / "key")
    assert key is not None
    began = time.monotonic()
    report = await verify(store, key, read_heads(folder / "heads"))
    print(f"verified {report.rows} rows in {time.monotonic() - began:.1f} s, {len(report.findings)} findings")
    await store.close()


async def flood(url: str, folder: Path) -> None:
    """Guess as fast as can be; say how many were looked at, and whether the owner gets in meanwhile."""
    store = await Store.create(url)
    async with store.transaction() as connection:
        await accounts.add(connection, "admin", Role.ADMIN, password_hash=hashed(PASSWORD))
    web = Web(Settings(_env_file=None, database_url=url, web_port=0, state_dir=folder), store)
    server: HttpServer = web.server
    task = asyncio.create_task(server.run(), name="web")
    await server.listening.wait()
    address = f"http://{server.address[0]}:{server.address[1]}/api/v1/session"
    try:
        await _guess(address)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.close()


async def _guess(address: str) -> None:
    """Let a process of its own guess, and the account's owner sign in meanwhile."""
    owner: list[float] = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        body = {"username": "admin", "password": PASSWORD}
        async with session.post(address, json=body) as answer:
            device = next(line for line in answer.headers.getall("Set-Cookie") if "device" in line)
        guessers = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.guesses", address)
        while guessers.returncode is None:
            began = time.monotonic()
            cookie = {"Cookie": device.partition(";")[0]}
            async with session.post(address, json=body, headers=cookie) as answer:
                assert answer.status == 200, answer.status
            owner.append(time.monotonic() - began)
            await asyncio.sleep(0.5)
    median, worst = sorted(owner)[len(owner) // 2], max(owner)
    print(f"their owner, known browser: {len(owner)} times in, median {median:.2f} s, worst {worst:.2f} s")


def main() -> None:
    """Measure."""
    server = Server()
    try:
        server.start()
        template = migrated(server)
        with TemporaryDirectory() as folder:
            for name, work in (("audit", audit_rows), ("flood", flood)):
                url = asyncio.run(server.create(name, template))
                asyncio.run(work(url, Path(folder)))
    finally:
        server.remove()


if __name__ == "__main__":
    main()
