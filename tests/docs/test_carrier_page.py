"""docs/carrier.md: its example is a description, its tables name every key, its commands are run."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from ct112.asterisk import description
from ct112.asterisk.configfiles import NodeValues
from ct112.asterisk.trunks import Trunk
from tests.docs.blocks import DOCS, script

PAGE = DOCS / "carrier.md"
RENDER = "ct112 asterisk render"


def example() -> str:
    """Return the description in the page."""
    (found,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found)


def keys_of(table: str) -> set[str]:
    """Return the keys a table of the page names in its first column."""
    text = PAGE.read_text("utf-8").split(f"| key of `{table}`")[1].split("\n\n")[0]
    return {key for line in text.splitlines()[2:] for key in re.findall(r"`(\w+)`", line.split("|")[1])}


def test_the_tables_name_every_key_and_no_other() -> None:
    trunk = {each.name for each in fields(Trunk)} - {"servers", "password"} | {"server"}
    assert keys_of("[[trunk]]") == trunk
    assert keys_of("[node.NAME]") == set(description.TOLD)


def test_the_example_is_understood() -> None:
    found = description.parse(example(), Path("/etc/ct112/asterisk.toml"))
    telkom, reserve = found.trunks
    assert (telkom.lines, telkom.kept_for_callers, telkom.sources) == (30, 20, ["192.0.2.10"])
    assert (reserve.transport, reserve.keys, reserve.endpoint) == ("tcp", "info", "trunk-cadangan")


def test_the_figures_given_to_the_carrier_are_those_of_the_templates() -> None:
    text, usual = PAGE.read_text("utf-8"), NodeValues()
    assert text.count(f"{usual.rtp_start}–{usual.rtp_end}") == 2
    assert f"{usual.invites_per_second} INVITEs a second" in text
    assert f"{usual.invites_at_once} at once" in text
    assert text.count(f"| {usual.max_calls} | {usual.max_calls} |") == 2


def test_the_example_is_rendered_by_the_pages_own_commands(tmp_path: Path) -> None:
    (tmp_path / "asterisk.toml").write_text(example())
    password = tmp_path / "cadangan.password"
    password.touch(mode=0o640)
    password.write_text("of the letter; as written\n")
    options = f"--env-file {tmp_path}/ct112.env --target {tmp_path}/etc"
    commands = script("carrier.md", "carrier-render", {RENDER: f"{RENDER} {options}"})
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", commands], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    assert "of the letter" not in done.stdout + done.stderr
    reserve = (tmp_path / "etc" / "pjsip-trunk-cadangan.conf").read_text()
    for line in (
        "transport = transport-tcp ",
        "contact = sip:ims.carrier.example\\;transport=tcp",
        "outbound_proxy = sip:sip.carrier.example\\;transport=tcp\\;lr",
        "client_uri = sip:62285112@ims.carrier.example",
        "password = of the letter\\; as written",
        "dtmf_mode = info",
        "match = 198.51.100.0/28",
    ):
        assert line in reserve, line
    telkom = (tmp_path / "etc" / "pjsip-trunk-telkom.conf").read_text()
    assert "contact = sip:192.0.2.10:5060\n" in telkom
    assert "registration" not in telkom
    nft = (tmp_path / "etc" / "ct112.nft").read_text()
    assert "carrier { 192.0.2.10 }" in nft
    assert "carrier { 198.51.100.0/28 }" in nft
    settings = (tmp_path / "ct112.env").read_text()
    assert '"endpoint": "trunk-telkom", "lines": 30, "kept_for_callers": 20' in settings
    assert "of the letter" not in settings
