"""Asterisk's configuration as rendered: nothing left open, nothing shared, nothing replaced by accident."""

import re
from pathlib import Path

import pytest

from ct112.asterisk import configfiles
from ct112.asterisk.configfiles import NodeValues, TemplateError, fill, find_templates, render


def rendered(target: Path, **values: object) -> dict[str, str]:
    """Render into `target`; return the text of each file without its comments."""
    node = NodeValues(trunk_addresses=["192.0.2.1"], trunk_contacts=["192.0.2.1:5060"], **values)  # type: ignore[arg-type]
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


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    before = rendered(tmp_path)["ari.conf"]
    with pytest.raises(TemplateError, match=r"ari\.conf"):
        rendered(tmp_path)
    assert before.strip() in re.sub(
        r"^;.*$", "", (tmp_path / "ari.conf").read_text("utf-8"), flags=re.MULTILINE
    )
    render(find_templates(), tmp_path, NodeValues(), overwrite=True)
    assert before != (tmp_path / "ari.conf").read_text("utf-8")


def test_the_packet_filter_knows_the_carrier(tmp_path: Path) -> None:
    text = rendered(tmp_path, media_addresses=["192.0.2.64/28"], position_networks=["10.1.0.0/16"])[
        "ct112.nft"
    ]
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
    render(find_templates(), tmp_path, NodeValues(), overwrite=True)
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
