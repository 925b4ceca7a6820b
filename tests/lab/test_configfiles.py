"""Asterisk's configuration as rendered: nothing left open, nothing shared, nothing replaced by accident."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ct112 import files
from ct112.asterisk import configfiles
from ct112.asterisk.configfiles import NodeValues, TemplateError, fill, find_templates
from ct112.asterisk.rendering import MANIFEST, plan, render
from ct112.asterisk.trunks import Trunk

CARRIER = Trunk(servers=["192.0.2.1:5060"], addresses=["192.0.2.1"])


def rendered(target: Path, trunk: Trunk = CARRIER, **values: object) -> dict[str, str]:
    """Render into `target`; return the text of each file without its comments."""
    node = NodeValues(trunks=[trunk], **values)  # type: ignore[arg-type]
    files = render(find_templates(), target, node)
    texts = [file for file in files if file.suffix != ".wav"]
    return {file.name: re.sub(r"^;.*$", "", file.read_text("utf-8"), flags=re.MULTILINE) for file in texts}


def test_no_placeholder_is_left(tmp_path: Path) -> None:
    for name, text in rendered(tmp_path).items():
        assert not configfiles.PLACEHOLDER.search(text), name


def test_passwords_differ_at_every_installation(tmp_path: Path) -> None:
    first, second = rendered(tmp_path / "1"), rendered(tmp_path / "2")
    for name, key in (("ari.conf", "password"), ("manager.conf", "secret")):
        found = [re.search(rf"^{key} = (\S+)$", each[name], re.MULTILINE) for each in (first, second)]
        passwords = [match[1] for match in found if match]
        assert len(set(passwords)) == 2, name
        assert min(map(len, passwords)) >= 24, name


def test_no_password_stands_in_a_template() -> None:
    for folder in find_templates():
        for file in folder.glob("*.conf"):
            for value in re.findall(
                r"^\s*(?:password|secret)\s*=\s*(\S+)", file.read_text("utf-8"), re.MULTILINE
            ):
                assert configfiles.PLACEHOLDER.fullmatch(value), file.name


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    rendered(tmp_path)
    assert {file.stat().st_mode & 0o077 for file in tmp_path.rglob("*") if file.is_file()} == {0}


def test_what_others_wrote_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "ari.conf").write_text("[general]\n")
    with pytest.raises(TemplateError, match=r"ari\.conf.*--overwrite"):
        rendered(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ari.conf"], "nothing was written"
    render(find_templates(), tmp_path, NodeValues(trunks=[CARRIER]), overwrite=True)
    assert "password" in (tmp_path / "ari.conf").read_text("utf-8")
    assert (tmp_path / "ari.conf.replaced").read_text("utf-8") == "[general]\n"


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    values = NodeValues(trunks=[CARRIER])
    render(find_templates(), tmp_path, values)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    render(find_templates(), tmp_path, values)
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()} == before
    again = plan(find_templates(), tmp_path, replace(values, rtp_start=10100))
    assert {file.name for file in again.changed} == {"rtp.conf", "ct112.nft"}
    again.write()
    now = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    changed = {path.name for path in now if now[path] != before[path]}
    assert changed == {"rtp.conf", "ct112.nft", MANIFEST}


def test_an_edited_file_stays_and_its_owner_is_told_where_his_lines_belong(tmp_path: Path) -> None:
    values = NodeValues(trunks=[CARRIER])
    render(find_templates(), tmp_path, values)
    rtp = tmp_path / "rtp.conf"
    rtp.write_text(rtp.read_text().replace("strictrtp = yes", "strictrtp = no"))
    rtp.chmod(0o644)
    with pytest.raises(TemplateError, match=r"rtp\.conf.*NAME_local\.conf"):
        render(find_templates(), tmp_path, values)
    assert "strictrtp = no" in rtp.read_text()
    assert "-strictrtp = no" in plan(find_templates(), tmp_path, values).diff()
    render(find_templates(), tmp_path, values, overwrite=True)
    assert "strictrtp = yes" in rtp.read_text()
    assert rtp.stat().st_mode & 0o777 == 0o644, "a mode somebody gave it stays"
    render(find_templates(), tmp_path, values)


def test_every_file_reads_what_is_the_citys_own(tmp_path: Path) -> None:
    for name, text in rendered(tmp_path).items():
        if name.endswith(".conf") and name != "asterisk.conf":
            local = name.removesuffix(".conf") + "_local.conf"
            assert text.rstrip().endswith(f'#tryinclude "{local}"'), name


def test_a_diff_shows_no_password(tmp_path: Path) -> None:
    values = NodeValues(trunks=[CARRIER])
    render(find_templates(), tmp_path, values)
    other = NodeValues(trunks=[CARRIER])
    diff = plan(find_templates(), tmp_path, other).diff()
    assert "+password = (not shown)" in diff
    assert "+secret = (not shown)" in diff
    for each in (values, other):
        assert each.ari_password not in diff
        assert each.ami_password not in diff


@pytest.mark.parametrize("killed_after", range(10))
def test_a_run_that_is_cut_off_is_finished_by_the_next(
    tmp_path: Path, killed_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is the old or the new one, and none counts as edited when the next run has other values."""
    first, second, third = (
        NodeValues(trunks=[CARRIER], node=name, sip_port=port)
        for name, port in (("a", 1), ("b", 2), ("c", 3))
    )
    render(find_templates(), tmp_path, first)
    before = _texts(tmp_path)
    done, real = 0, files.replace

    def cut_off(path: Path, data: bytes, **more: Any) -> None:
        nonlocal done
        if done == killed_after:
            raise KeyboardInterrupt
        done += 1
        real(path, data, **more)

    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(files, "replace", cut_off)
        render(find_templates(), tmp_path, second)
    after = {file.name: file.wanted for file in plan(find_templates(), tmp_path, second).files}
    for name, text in _texts(tmp_path).items():
        assert text in (before[name], after[name]), name
    render(find_templates(), tmp_path, third)
    assert not plan(find_templates(), tmp_path, third).changed


def test_a_trunk_that_is_no_more_takes_its_file_along(tmp_path: Path) -> None:
    second = replace(CARRIER, name="indosat")
    render(find_templates(), tmp_path, NodeValues(trunks=[CARRIER, second]))
    assert (tmp_path / "pjsip-trunk-indosat.conf").exists()
    render(find_templates(), tmp_path, NodeValues(trunks=[CARRIER]))
    assert not (tmp_path / "pjsip-trunk-indosat.conf").exists()
    assert "indosat" not in (tmp_path / "pjsip.conf").read_text()


def _texts(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_the_packet_filter_knows_the_carrier(tmp_path: Path) -> None:
    trunk = replace(CARRIER, media=["192.0.2.64/28", "192.0.2.70"])
    text = rendered(tmp_path, trunk, position_networks=["10.1.0.0/16"])["ct112.nft"]
    assert "carrier { 192.0.2.1 }" in text
    assert "media { 192.0.2.64/28 }" in text
    assert "positions { 10.1.0.0/16 }" in text
    assert "udp dport 5060" in text
    assert "media { 192.0.2.1 }" in rendered(tmp_path / "2")["ct112.nft"], "the trunk's address by default"


def test_a_citys_own_hold_sound_is_kept(tmp_path: Path) -> None:
    rendered(tmp_path)
    (sound,) = (tmp_path / "hold").iterdir()
    assert sound.read_bytes().startswith(b"RIFF")
    sound.rename(tmp_path / "hold" / "ours.wav")
    render(find_templates(), tmp_path, NodeValues(trunks=[CARRIER]))
    assert [file.name for file in (tmp_path / "hold").iterdir()] == ["ours.wav"]


def test_only_the_named_modules_load_and_nobody_is_anonymous(tmp_path: Path) -> None:
    files = rendered(tmp_path)
    assert "autoload = no" in files["modules.conf"]
    assert "anonymous" not in files["modules.conf"].split("nobody is anonymous")[0]
    assert "res_pjsip_endpoint_identifier_anonymous" not in files["modules.conf"]


def test_a_list_repeats_its_line_and_nothing_leaves_it_out() -> None:
    text = "match = @HOSTS@ ; carrier\nname = @NAME@\n"
    assert fill(text, {"HOSTS": ["192.0.2.1", "192.0.2.2"], "NAME": ""}, "x") == (
        "match = 192.0.2.1 ; carrier\nmatch = 192.0.2.2 ; carrier\n"
    )


@pytest.mark.parametrize("value", ["a\nexten => x", "a;b", "a]b", "a\\b"])
def test_a_value_cannot_bring_its_own_lines(value: str) -> None:
    with pytest.raises(TemplateError, match="NAME"):
        fill("name = @NAME@\n", {"NAME": value}, "x")


def test_a_placeholder_nobody_fills_is_an_error() -> None:
    with pytest.raises(TemplateError, match="@GONE@"):
        fill("name = @GONE@\n", {}, "x")
