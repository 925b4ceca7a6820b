"""An operator's softphone over TLS and SRTP, or a page over WSS and DTLS: a call is heard, and encrypted."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from ct112.core import browser_phone
from lab.api import Lab
from lab.browser_phone import opened
from lab.certificates import NodeCertificate
from lab.free_ports import free_base
from lab.operators import OPERATOR_TONES
from lab.phones import Phone, Phones
from lab.world import World, eventually
from tests.system.conftest import OVERRIDES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, NodeCertificate]]:
    """A lab whose Asterisk has a certificate, which serve looks at; phones need SRTP."""
    folder, base = tmp_path_factory.mktemp("encrypted"), free_base()
    certificate = NodeCertificate(Lab(folder, base).nodes()[0])
    ours = {
        "CT112_ASTERISK_TLS_CERTIFICATE": str(certificate.file),
        "CT112_PHONE_ENCRYPTION": "required",
        "CT112_BROWSER_PHONES": json.dumps([f"wss://127.0.0.1:{certificate.wss}/ws"]),
    }
    lab = Lab(folder, base, overrides=OVERRIDES | ours)
    with lab.running():
        yield lab, certificate


@pytest_asyncio.fixture
async def encrypted(made: tuple[Lab, NodeCertificate]) -> AsyncIterator[tuple[World, NodeCertificate]]:
    lab, certificate = made
    async with Phones("127.0.0.1", certificate.authority) as desks, Phones("127.0.0.2") as citizens:
        world = World(lab, desks, citizens)
        await world.nothing_left()
        yield world, certificate
    await world.nothing_left()


async def served(world: World, certificate: NodeCertificate) -> set[int]:
    """Return the serial numbers of the certificates that SIP and WSS show."""
    trust = ssl.create_default_context(cafile=str(certificate.authority))
    found, ports = set(), world.lab.nodes()[0].ports
    for port in (ports.sip_tls, ports.wss):
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
        found.add(int(writer.get_extra_info("ssl_object").getpeercert()["serialNumber"], 16))
        writer.transport.abort()
    return found


async def sit_down(world: World, *, encrypted: bool) -> Phone:
    """Register the phone of the first position and wait until ct112 knows."""
    row, ports = world.info["positions"][0], world.lab.nodes()[0].ports
    port = ports.sip_tls if encrypted else ports.sip
    user, password = row["sip_user"], row["sip_password"]
    desk = await world.desks.register(
        user, password, f"127.0.0.1:{port}", tone_hz=OPERATOR_TONES[0], encrypted=encrypted
    )
    await eventually(
        lambda: world.metric("ct112_phones_registered", node="a"), lambda count: count == 1, 30, "registered"
    )
    return desk


async def encrypted_legs(world: World) -> dict[str, str]:
    """Return for each leg whether its sound is encrypted: Asterisk's own word."""
    found = {}
    for channel in await world.ari("a", "channels"):
        said = await world.ari("a", f"channels/{channel['id']}/variable?variable=CHANNEL(rtp,secure)")
        found[channel["name"].rpartition("-")[0]] = said["value"]
    return found


async def test_a_talk_over_tls_and_srtp_outlives_a_renewal(encrypted: tuple[World, NodeCertificate]) -> None:
    world, certificate = encrypted
    desk = await sit_down(world, encrypted=True)
    call = await world.dial_and_press("1")
    at_desk = await (await desk.next_call()).wait_for("established")
    await world.talk(call, desk, at_desk)
    assert await encrypted_legs(world) == {"PJSIP/trunk": "0", "PJSIP/pos-1": "1"}
    renewed = certificate.renew()
    await eventually(
        lambda: served(world, certificate),
        lambda shown: shown == {renewed.leaf.serial_number},
        40,
        "SIP and WSS both show the new certificate",
    )
    await world.talk(call, desk, at_desk)
    end = await world.metric("ct112_certificate_end_timestamp_seconds", certificate="asterisk")
    assert end == renewed.end.timestamp()
    await call.hang_up()
    assert (await world.ended(call))["outcome"] == "answered"


async def test_a_phone_without_srtp_is_given_no_call_where_it_is_required(
    encrypted: tuple[World, NodeCertificate],
) -> None:
    world, _ = encrypted
    desk = await sit_down(world, encrypted=False)
    call = await world.dial_and_press("1")
    await world.row(call, lambda row: row["queued_at"] is not None)
    await asyncio.sleep(2)
    assert not [one for one in desk.calls if one.state == "established"]
    await call.hang_up()
    assert (await world.ended(call))["answered_at"] is None


async def test_a_page_is_rung_while_it_is_open_and_then_the_softphone(
    encrypted: tuple[World, NodeCertificate],
) -> None:
    """Of two phones at a position one is rung; on a page both hear each other, by ICE, DTLS and SRTP."""
    world, certificate = encrypted
    desk, row = await sit_down(world, encrypted=True), world.info["positions"][0]
    user, password = browser_phone.account("pos-1"), browser_phone.password("pos-1", row["sip_password"])
    trust = ssl.create_default_context(cafile=str(certificate.authority))
    url = f"https://127.0.0.1:{certificate.wss}/ws"
    async with opened(url, trust, user, password, OPERATOR_TONES[1]) as page:
        call = await world.dial_and_press("1")
        at_page = await page.first_call()
        heard = await asyncio.gather(call.hears(page.tone_hz), at_page.hears(world.tone_of(call)))
        assert min(one.seconds for one in heard) >= 0.6, heard
        assert await encrypted_legs(world) == {"PJSIP/trunk": "0", "PJSIP/pos-1.web": "1"}
        assert (len(desk.calls), desk.refused) == (0, 0), "one person, rung once"
        await call.hang_up()
        record = await world.ended(call)
        assert (record["outcome"], record["position"]) == ("answered", "pos-1")
    await eventually(lambda: contacts(world), lambda found: ".web" not in found, 30, "the page is gone")
    call = await world.dial_and_press("1")
    await world.talk(call, desk, await (await desk.next_call()).wait_for("established"))
    await call.hang_up()
    assert (await world.ended(call))["position"] == "pos-1"


async def contacts(world: World) -> str:
    return (await asyncio.to_thread(world.lab.nodes()[0].cli, "pjsip show contacts")).stdout
