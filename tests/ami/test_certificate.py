"""A changed certificate is taken up by every node: now, after a refusal, or when a node is back."""

from tests.ami.fake_ami import FakeAmi, running, until
from tests.ami.test_nodes import Known, kept

RELOADED = ["http", "res_pjsip.so"]


def reloaded(ami: FakeAmi) -> list[str]:
    """Return what was asked to read its certificate anew, in order."""
    return [action["Module"] for action in ami.actions if action["Action"] == "Reload"]


async def test_it_is_taken_up_once() -> None:
    async with running() as ami, kept(ami, Known()) as nodes:
        await until(lambda: all(nodes.ready().values()), "ready")
        assert reloaded(ami) == []
        nodes.renewed()
        await until(lambda: reloaded(ami) == RELOADED, "both are asked")
        lists = ami.names().count("PJSIPShowContacts")
        nodes.warm(["http://127.0.0.1/prompts/x.wav"])
        await until(lambda: ami.names().count("PJSIPShowContacts") > lists, "another round")
        assert reloaded(ami) == RELOADED


async def test_a_node_that_was_away_takes_it_up_when_it_is_back() -> None:
    async with running() as ami, kept(ami, Known()) as nodes:
        await until(lambda: all(nodes.ready().values()), "ready")
        ami.mute = {"Login"}
        ami.drop()
        await until(lambda: not any(nodes.ready().values()), "away")
        nodes.renewed()
        ami.mute = set()
        ami.drop()
        await until(lambda: reloaded(ami) == RELOADED, "asked as soon as it is back", within=20)


async def test_a_refusal_is_tried_again_and_harms_nothing() -> None:
    async with running() as ami, kept(ami, Known()) as nodes:
        ami.refused["Reload"] = [{"Response": "Error", "Message": "No such module"}]
        nodes.renewed()
        await until(lambda: "http" in reloaded(ami), "asked")
        assert all(nodes.ready().values())
        ami.refused.clear()
        asked = len(reloaded(ami))
        nodes.warm(["http://127.0.0.1/prompts/x.wav"])
        await until(lambda: reloaded(ami)[asked:] == RELOADED, "asked again")
