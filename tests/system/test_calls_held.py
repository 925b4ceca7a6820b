"""An operator who presses hold: the citizen hears a voice and a tone at once, for as long as it lasts."""

from lab.phones import Phone, PhoneCall
from lab.world import CT112, World

HOLD_TONE_HZ = 425


async def talking(world: World) -> tuple[PhoneCall, Phone, PhoneCall]:
    """A talk under way: the citizen, the operator's phone, its call."""
    (desk,) = await world.sit_down("pos-1")
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    return call, desk, at_desk


async def entertained(world: World, call: PhoneCall, desk: Phone) -> None:
    """Demand that the citizen hears a voice within a second, later the tone, and not the operator."""
    assert await call.hears_sound(within=1.5) > -40
    # 0.4 s of tone, less its soft ends and what the windows of the measurement cut off
    assert (await call.hears(HOLD_TONE_HZ, 0.2, within=10)).seconds >= 0.2
    before = (await call.heard(desk.tone_hz)).seconds
    assert await call.hears_sound(within=15) > -40, "the voice comes again"
    assert (await call.heard(desk.tone_hz)).seconds - before < 0.2


async def test_a_held_citizen_hears_that_somebody_is_there_and_a_fact_says_so(world: World) -> None:
    call, desk, at_desk = await talking(world)
    await at_desk.hold()
    await entertained(world, call, desk)
    await at_desk.hold(False)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    row = await world.ended(call)
    assert row["outcome"] == "answered"
    kinds = [kind for kind, _ in await world.facts(row)]
    assert kinds[kinds.index("joined") :][:3] == ["joined", "held", "resumed"]


async def test_it_goes_on_when_ct112_dies(world: World) -> None:
    call, desk, at_desk = await talking(world)
    await at_desk.hold()
    assert await call.hears_sound(within=1.5) > -40
    await world.kill(CT112)
    await entertained(world, call, desk)
    await at_desk.hold(False)
    await world.talk(call, desk, at_desk)
    await world.start(CT112)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
    assert (await world.ended(call))["outcome"] == "answered"


async def test_it_is_so_in_the_fallback_too(world: World) -> None:
    (desk,) = await world.sit_down("pos-1")
    await world.stop(CT112)
    call = await world.dial()
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    await at_desk.hold()
    await entertained(world, call, desk)
    await at_desk.hold(False)
    await world.talk(call, desk, at_desk)
    await call.hang_up()
