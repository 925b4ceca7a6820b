"""Positions and operators: made, changed, removed; what cannot be is refused with what to do."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from ct112.store import Connection, PeopleError, Stale, Store, operators, positions

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]
HOSTILE = ["", "Siti", "si ti", "siti;", "-siti", "s" * 32, "siti\n", "sïti", "../x", "siti\0", "trunk]"]


async def do(store: Store, work: Work[T]) -> T:
    async with store.transaction() as connection:
        return await work(connection)


async def test_a_position_has_a_password_nobody_can_guess_or_its_own(store: Store) -> None:
    first = await do(store, lambda one: positions.add(one, "pos-1"))
    second = await do(store, lambda one: positions.add(one, "pos-2", "correct-horse-1"))
    assert await do(store, positions.positions) == [first, second]
    assert len(first.sip_password) >= 24
    assert second.sip_password == "correct-horse-1"
    assert "correct" not in repr(second)


async def test_another_password_is_another(store: Store) -> None:
    old = await do(store, lambda one: positions.add(one, "pos-1"))
    new = await do(store, lambda one: positions.change_password(one, "pos-1"))
    assert new != old.sip_password
    assert [one.sip_password for one in await do(store, positions.positions)] == [new]


@pytest.mark.parametrize(
    "password", ["short", "has space in it", "semi;colon-long", "ü" * 20, "x" * 81, "a[b]c" * 4]
)
async def test_a_password_that_phones_or_asterisk_cannot_hold_is_refused(store: Store, password: str) -> None:
    with pytest.raises(PeopleError, match="SIP password") as refusal:
        await do(store, lambda one: positions.add(one, "pos-1", password))
    assert password not in str(refusal.value)
    assert await do(store, positions.positions) == []


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_bad_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(PeopleError, match="is no name"):
        await do(store, lambda one: positions.add(one, name))
    with pytest.raises(PeopleError, match="is no name"):
        await do(store, lambda one: operators.add(one, name))


@pytest.mark.parametrize("name", ["trunk", "general", "global", "anonymous"])
async def test_names_of_asterisks_own_are_no_positions(store: Store, name: str) -> None:
    with pytest.raises(PeopleError, match="Asterisk's configuration uses"):
        await do(store, lambda one: positions.add(one, name))


async def test_an_operator_is_a_person_and_sits_nowhere_by_that(store: Store) -> None:
    made = await do(
        store, lambda one: operators.add(one, "siti", full_name="Siti Aminah", pin_hash="$argon2…")
    )
    assert await do(store, operators.operators) == [made]
    assert (made.active, made.full_name) == (True, "Siti Aminah")
    assert "argon2" not in repr(made)


async def test_an_operator_may_be_changed(store: Store) -> None:
    await do(store, lambda one: operators.add(one, "siti"))
    await do(store, lambda one: operators.set_pin(one, "siti", "hash"))
    await do(store, lambda one: operators.set_active(one, "siti", active=False))
    await do(store, lambda one: operators.set_full_name(one, "siti", "Siti A."))
    (siti,) = await do(store, operators.operators)
    assert (siti.pin_hash, siti.active, siti.full_name) == ("hash", False, "Siti A.")


async def test_nobody_undoes_unseen_what_another_changed(store: Store) -> None:
    made = await do(store, lambda one: operators.add(one, "siti"))
    await do(store, lambda one: operators.change(one, "siti", made.version, full_name="Siti"))
    with pytest.raises(Stale):
        await do(store, lambda one: operators.change(one, "siti", made.version, active=False))
    with pytest.raises(Stale):
        await do(store, lambda one: operators.remove(one, "siti", made.version))
    (siti,) = await do(store, operators.operators)
    assert (siti.full_name, siti.active, siti.version) == ("Siti", True, made.version + 1)
    place = await do(store, lambda one: positions.add(one, "pos-1"))
    await do(store, lambda one: positions.change_password(one, "pos-1", version=place.version))
    with pytest.raises(Stale):
        await do(store, lambda one: positions.change_password(one, "pos-1", version=place.version))
    await do(store, lambda one: positions.remove(one, "pos-1", place.version + 1))


@pytest.mark.parametrize("full_name", ["x" * 121, "line\nbreak", "\x1b[31m", "\u202eevil"])
async def test_a_full_name_that_cannot_be_shown_is_refused(store: Store, full_name: str) -> None:
    with pytest.raises(PeopleError, match="full name"):
        await do(store, lambda one: operators.add(one, "siti", full_name=full_name))


UNKNOWN: dict[str, Work[object]] = {
    "remove position": lambda one: positions.remove(one, "pos-9"),
    "password": lambda one: positions.change_password(one, "pos-9"),
    "remove operator": lambda one: operators.remove(one, "budi"),
    "pin": lambda one: operators.set_pin(one, "budi", "hash"),
}


@pytest.mark.parametrize("what", UNKNOWN)
async def test_who_is_not_there_is_refused_with_who_is(store: Store, what: str) -> None:
    await do(store, lambda one: positions.add(one, "pos-1"))
    await do(store, lambda one: operators.add(one, "siti"))
    with pytest.raises(PeopleError, match=r"there is: (pos-1|siti)"):
        await do(store, UNKNOWN[what])


async def test_twice_is_refused(store: Store) -> None:
    await do(store, lambda one: positions.add(one, "same"))
    await do(store, lambda one: operators.add(one, "same"))
    with pytest.raises(PeopleError, match="position same is there already"):
        await do(store, lambda one: positions.add(one, "same"))
    with pytest.raises(PeopleError, match="operator same is there already"):
        await do(store, lambda one: operators.add(one, "same"))


async def test_of_many_at_once_one_makes_it(store: Store) -> None:
    wanted = (do(store, lambda one: positions.add(one, "pos-1")) for _ in range(4))
    made = await asyncio.gather(*wanted, return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == [*["PeopleTaken"] * 3, "StoredPosition"]


async def test_who_is_removed_is_gone(store: Store) -> None:
    await do(store, lambda one: positions.add(one, "pos-1"))
    await do(store, lambda one: operators.add(one, "siti"))
    await do(store, lambda one: positions.remove(one, "pos-1"))
    await do(store, lambda one: operators.remove(one, "siti"))
    assert await do(store, positions.positions) == []
    assert await do(store, operators.operators) == []
