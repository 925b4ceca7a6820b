"""The address of the database, and what is said when it is not there."""

import socket

import pytest
from sqlalchemy import text

from ct112.store import StoreUnavailable
from ct112.store.engine import normalise, open_engine
from tests.store.once import Once


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
async def test_every_usual_form_of_the_address_works(database_url: str, scheme: str) -> None:
    store = await Once.create(database_url.replace("postgresql", scheme, 1))
    assert await store.migrated()
    await store.close()


def test_a_password_with_signs_and_libpqs_sslmode_are_understood() -> None:
    url = normalise("postgresql://ct112:p%40ss%25word@db.example/ct112?sslmode=require")
    assert (url.password, url.query) == ("p@ss%word", {"ssl": "require"})


@pytest.mark.parametrize("address", ["mysql://u:secret@h/d", "secret", "", "sqlite:///secret"])
async def test_an_address_that_will_not_do_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(ValueError, match="database") as refusal:
        await Once.create(address)
    assert "secret" not in str(refusal.value)
    assert "postgresql://" in str(refusal.value)


async def test_a_store_can_be_made_while_the_database_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        store = await Once.create(f"postgresql://u:hidden@127.0.0.1:{taken.getsockname()[1]}/d")
        with pytest.raises(StoreUnavailable) as refusal:
            await store.listed()
    assert not refusal.value.refused
    assert "hidden" not in str(refusal.value)
    await store.close()


async def test_a_server_that_takes_the_connection_and_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ct112.store.engine.CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = await Once.create(f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/d")
        with pytest.raises(StoreUnavailable, match="in time"):
            await store.listed()
        await store.close()


async def test_a_database_not_migrated_says_what_to_do(database_url: str) -> None:
    store = await Once.create(database_url.rpartition("/")[0] + "/postgres")
    with pytest.raises(StoreUnavailable, match="ct112 db upgrade") as refusal:
        await store.listed()
    assert refusal.value.refused
    await store.close()


async def test_a_wrong_password_is_the_databases_no(database_url: str) -> None:
    start, _, end = database_url.partition("@")
    store = await Once.create(start[:-3] + "@" + end)
    with pytest.raises(StoreUnavailable, match="28P01"):
        await store.listed()
    await store.close()


async def test_the_connection_has_its_limits_and_its_time_zone(database_url: str) -> None:
    engine = open_engine(database_url)
    async with engine.connect() as connection:
        shown = {
            name: await connection.scalar(text(f"SHOW {name}"))
            for name in ("timezone", "statement_timeout", "lock_timeout", "application_name")
        }
    assert shown == {
        "timezone": "UTC",
        "statement_timeout": "8s",
        "lock_timeout": "8s",
        "application_name": "ct112",
    }
    await engine.dispose()
