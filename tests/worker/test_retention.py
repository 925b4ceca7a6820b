"""Retention by class, and erasures that were asked for."""

from pathlib import Path

from ct112.store import erasure_requests as requests
from ct112.store.erasing import Whose
from ct112.worker.audit_key import make_key
from ct112.worker.retention import Retention, carry_out_requests
from tests.store.examples import call_id
from tests.store.once import Once
from tests.store.test_erasing import NUMBER, call, close_callbacks, value


async def aged(store: Once, days: int) -> None:
    """Let every call have come so many days ago."""
    async with store.transaction() as connection:
        await connection.exec_driver_sql(
            f"UPDATE call_record SET arrived_at = now() - interval '{days} days', ended_at = now()"
        )


async def test_each_class_goes_after_its_own_days(store: Once, tmp_path: Path) -> None:
    await store.write([call(1)], [])
    await close_callbacks(store)
    make_key(tmp_path / "key")
    retention = Retention(store, tmp_path / "key", {"place": 30, "caller": 365})
    await aged(store, 29)
    await retention.work()
    assert (await store.call(call_id(1))).location is not None
    await aged(store, 31)
    await retention.work()
    found = await store.call(call_id(1))
    assert (found.location, found.ani) == (None, NUMBER)
    await aged(store, 366)
    await retention.work()
    assert (await store.call(call_id(1))).ani is None


async def test_without_a_setting_or_a_key_nothing_goes(store: Once, tmp_path: Path) -> None:
    await store.write([call(1)], [])
    await aged(store, 10_000)
    await Retention(store, tmp_path / "key", {"caller": 1}).work()
    await carry_out_requests(store, tmp_path / "key")
    make_key(tmp_path / "key")
    await Retention(store, tmp_path / "key", {}).work()
    assert (await store.call(call_id(1))).ani == NUMBER


async def test_what_was_asked_for_is_done(store: Once, tmp_path: Path) -> None:
    await store.write([call(1)], [])
    make_key(tmp_path / "key")
    async with store.transaction() as connection:
        await requests.ask(connection, Whose(number=NUMBER), by="admin", reason="letter")
    await carry_out_requests(store, tmp_path / "key")
    assert (await store.call(call_id(1))).ani is None
    assert await value(store, "SELECT rows FROM erasure_request") == 1
