"""A position has a softphone and, where browsers phone, a page: one of them is rung, and never both."""

import pytest

from ct112.core.ids import PositionName
from tests.ami.fake_ami import running, until
from tests.ami.test_nodes import NODE, Known, kept

POS_1 = PositionName("pos-1")


async def test_the_page_is_rung_while_it_is_open_and_else_the_softphone() -> None:
    known = Known()
    async with running() as ami, kept(ami, known, browsers=True) as nodes:
        nodes.set_positions([POS_1])
        await until(lambda: known.phone(POS_1) is False, "no phone at all")
        assert nodes.phone_of(NODE, POS_1) == "PJSIP/pos-1"
        ami.contact("pos-1.web", "NonQualified")
        await until(lambda: known.phone(POS_1) is True, "a page is a phone")
        assert nodes.phone_of(NODE, POS_1) == "PJSIP/pos-1.web"
        ami.contact("pos-1", "Reachable")
        await until(lambda: nodes.phone_of(NODE, POS_1) == "PJSIP/pos-1.web", "both: the page")
        ami.contact("pos-1.web", "Removed")
        await until(lambda: nodes.phone_of(NODE, POS_1) == "PJSIP/pos-1", "the page was closed")
        assert known.phone(POS_1) is True, "the softphone is still there"
        ami.contact("pos-1", "Removed")
        await until(lambda: known.phone(POS_1) is False, "neither")


async def test_it_is_told_which_page_is_the_phone_and_when_another_one_is() -> None:
    known = Known()
    async with running() as ami, kept(ami, known, browsers=True) as nodes:
        nodes.set_positions([POS_1])
        await until(lambda: known.phone(POS_1) is False, "told of")
        for page in ("one", "two"):
            ami.contact("pos-1.web", "NonQualified", uri=f"sip:{page}@127.0.0.1:4000;transport=ws")
            await until(lambda page=page: known.page(POS_1) == page, page)  # type: ignore[misc]
        ami.contact("pos-1.web", "Removed", uri="sip:one@127.0.0.1:4000;transport=ws")
        assert known.page(POS_1) == "two"


async def test_what_is_known_of_a_page_outlives_the_link() -> None:
    known = Known()
    async with running() as ami, kept(ami, known, browsers=True) as nodes:
        nodes.set_positions([POS_1])
        ami.contact("pos-1.web", "Reachable")
        await until(lambda: nodes.phone_of(NODE, POS_1) == "PJSIP/pos-1.web", "open")
        ami.mute = {"Login"}
        ami.drop()
        await until(lambda: not nodes.ready()[NODE], "AMI is away")
        assert nodes.phone_of(NODE, POS_1) == "PJSIP/pos-1.web"


async def test_the_fallback_rings_either() -> None:
    async with running() as ami, kept(ami, Known(), browsers=True) as nodes:
        nodes.set_positions([POS_1])
        await until(lambda: ami.names().count("QueueAdd") == 2, "both are members")
        added = [action for action in ami.actions if action["Action"] == "QueueAdd"]
        assert {(one["Interface"], one["MemberName"]) for one in added} == {
            ("PJSIP/pos-1", "pos-1"),
            ("PJSIP/pos-1.web", "pos-1"),
        }


@pytest.mark.parametrize("account", ["pos-1.web", "stranger.web", ".web", "pos-1.web.web"])
async def test_without_browser_phones_a_name_like_one_means_nothing(account: str) -> None:
    known = Known()
    async with running() as ami, kept(ami, known) as nodes:
        nodes.set_positions([POS_1])
        await until(lambda: known.phone(POS_1) is False, "told of")
        ami.contact(account, "Reachable")
        ami.contact("pos-1", "Unreachable")
        await until(lambda: len(ami.actions) > 2, "heard")
        assert nodes.phone_of(NODE, POS_1) == "PJSIP/pos-1"
        assert known.phone(POS_1) is False


async def test_another_node_and_a_robot_are_rung_as_ever() -> None:
    async with running() as ami, kept(ami, Known(), browsers=True) as nodes:
        ami.contact("pos-1.web", "Reachable")
        await until(lambda: nodes.ready()[NODE], "ready")
        assert nodes.phone_of(NODE.__class__("elsewhere"), POS_1) == "PJSIP/pos-1"
        assert nodes.phone_of(NODE, PositionName("ct112-robot")).startswith("Local/")
