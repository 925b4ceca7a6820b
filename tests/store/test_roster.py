"""Who sits where."""

import re

import pytest

from ct112.store import RosterError
from ct112.store.tables import NAME_PATTERN
from tests.store.once import Once


async def test_an_operator_gets_a_position_and_a_password_nobody_chose(store: Once) -> None:
    first = await store.add_operator("siti", "pos-1")
    second = await store.add_operator("budi", "pos-2", ready=False)
    assert len(first.sip_password) >= 20
    assert first.sip_password != second.sip_password
    assert await store.roster() == [first, second]
    assert [(row.operator, row.ready) for row in await store.roster()] == [("siti", True), ("budi", False)]


async def test_the_password_given_is_the_password_kept(store: Once) -> None:
    await store.add_operator("siti", "pos-1", sip_password="correct-horse-1")
    assert [row.sip_password for row in await store.roster()] == ["correct-horse-1"]


async def test_a_password_is_never_in_the_text_of_a_row(store: Once) -> None:
    row = await store.add_operator("siti", "pos-1")
    assert row.sip_password not in repr(row)


@pytest.mark.parametrize("name", ["", "Siti", "-siti", "siti rahma", "siti\n", "s;reload", "a" * 32, "ünal"])
async def test_a_name_that_could_hurt_is_refused(store: Once, name: str) -> None:
    assert not re.fullmatch(NAME_PATTERN, name)
    with pytest.raises(RosterError, match="is no name"):
        await store.add_operator(name, "pos-1")
    with pytest.raises(RosterError, match="is no name"):
        await store.add_operator("siti", name)
    assert await store.roster() == []


@pytest.mark.parametrize("password", ["short", "has a space in it", "semi;colon-inside", "line\nbreak-in-it"])
async def test_a_password_that_could_not_be_pushed_is_refused(store: Once, password: str) -> None:
    with pytest.raises(RosterError, match="will not do"):
        await store.add_operator("siti", "pos-1", sip_password=password)
    assert await store.operators() == []


async def test_a_taken_position_and_a_known_operator_are_refused(store: Once) -> None:
    await store.add_operator("siti", "pos-1")
    with pytest.raises(RosterError, match="taken by siti"):
        await store.add_operator("budi", "pos-1")
    with pytest.raises(RosterError, match="there already"):
        await store.add_operator("siti", "pos-2")
    assert [(row.position, row.operator) for row in await store.roster()] == [("pos-1", "siti")]


async def test_removing_an_operator_takes_their_sip_account_away(store: Once) -> None:
    await store.add_operator("siti", "pos-1")
    await store.remove_operator("siti")
    assert await store.roster() == []
    assert await store.operators() == []


async def test_a_kept_position_keeps_its_password_for_the_next_operator(store: Once) -> None:
    before = await store.add_operator("siti", "pos-1")
    await store.remove_operator("siti", keep_position=True)
    assert [(row.operator, row.ready) for row in await store.roster()] == [(None, False)]
    after = await store.add_operator("budi", "pos-1")
    assert after.sip_password == before.sip_password


async def test_pause_and_ready(store: Once) -> None:
    await store.add_operator("siti", "pos-1")
    await store.set_ready("siti", False)
    assert [row.ready for row in await store.roster()] == [False]
    await store.set_ready("siti", True)
    assert [row.ready for row in await store.roster()] == [True]


async def test_a_new_password_replaces_the_old_one(store: Once) -> None:
    old = await store.add_operator("siti", "pos-1")
    new = await store.change_password("siti")
    assert new != old.sip_password
    assert [row.sip_password for row in await store.roster()] == [new]


async def test_an_unknown_operator_is_named_with_those_there_are(store: Once) -> None:
    await store.add_operator("siti", "pos-1")
    with pytest.raises(RosterError, match="no operator 'budi'; there is: siti"):
        await store.remove_operator("budi")
    with pytest.raises(RosterError, match="no operator 'budi'"):
        await store.set_ready("budi", True)
    with pytest.raises(RosterError, match="no operator 'budi'"):
        await store.change_password("budi")


@pytest.mark.parametrize(
    "name", ["trunk", "carrier", "ct112", "from-position", "anonymous", "ct112-fallback"]
)
async def test_a_position_takes_no_name_of_asterisks_own(store: Once, name: str) -> None:
    with pytest.raises(RosterError, match="choose pos-1"):
        await store.add_operator("tina", name)
    assert await store.roster() == []
