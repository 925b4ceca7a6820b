"""What may stand in asterisk.toml, and what is refused: whatever it is, in one line, with nothing written."""

import re
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from ct112.asterisk.configfiles import NodeValues
from ct112.asterisk.description import TOLD
from ct112.cli.edge import CannotDo
from ct112.cli.rendering import Rendered, RenderOrder, render_node

HOSTILE: tuple[object, ...] = (
    *("x;y", "x\ny", "x\ry", "a\0b", "${X}", "a b", "[x]", "\\", "} ; drop", "#include x", "é", "\u2028"),
    *("A" * 70_000, "../etc", "0.0.0.0/0", "::1", 0, -1, 65_536, 10**40, True, 1.5),
    *([""], ["a\0b"], ["0.0.0.0/0"], [1], {}),
)
NUMBERS = ("dead_man_seconds", "max_calls", "invites_per_second", "invites_at_once")
REGISTERS = {"server": "192.0.2.10", "user": "pekalongan", "password_file": "secret"}

OF_A_TRUNK: dict[str, tuple[object, ...]] = {
    "addresses": (["0.0.0.0/0"], ["0.0.0.0/1"], ["192.0.2.0/24 "], ["x"]),
    "name": ("x\ny", "A", "a" * 70_000, "\u2028", "a\0"),
    "auth_user": ("a b", "a;b", "é", "<x>", "a" * 129, "a\0b", "[x]"),
    "password_file": ("a\0b", "x\ny", "a" * 70_000, "nowhere", ".", "/dev/zero"),
    "domain": ("a b", "x;y", "x\ny", "a@b"),
    "lines": (-1, 10**40, 100_001, True, "3"),
    "server": ("x\ny", "192.0.2.1:0", "", ["192.0.2.1", 7], {}, "[::1]:5060"),
}


def described(folder: Path, node: object = None, trunk: object = None, secret: bytes = b"secret") -> Rendered:
    """Render a node with this description. Raises CannotDo."""
    document = {"node": {"a": node or {}}, "trunk": [trunk or {"server": "192.0.2.10"}]}
    (folder / "asterisk.toml").write_text(tomlkit.dumps(document), "utf-8")
    (folder / "secret").write_bytes(secret)
    (folder / "secret").chmod(0o600)
    return render_node(RenderOrder(env_file=folder / "ct112.env", target=folder / "out"))


def refusal(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said; nothing was written."""
    assert not (folder / "out").exists()
    assert not (folder / "ct112.env").exists()
    said = capsys.readouterr().err.strip()
    assert said.startswith("ct112: not rendered: ")
    assert len(said) < 600
    assert "\n" not in said
    return said


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("number", [0, -1, 2**40, 10**40])
def test_a_limit_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], field: str, number: int
) -> None:
    """0 seconds would disarm the dead-man's switch; with a negative rate the packet filter does not load."""
    with pytest.raises(CannotDo):
        described(tmp_path, {field: number})
    assert field in refusal(tmp_path, capsys)


@pytest.mark.parametrize("field", sorted(TOLD))
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
def test_a_hostile_value_of_a_node_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], field: str, value: object
) -> None:
    if field in ("local_networks", "position_networks") and value == ["0.0.0.0/0"]:
        return  # whoever lets phones in from everywhere may
    with pytest.raises(CannotDo):
        described(tmp_path, {field: value})
    refusal(tmp_path, capsys)


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in OF_A_TRUNK.items() for value in values],
    ids=lambda value: repr(value)[:20],
)
def test_a_hostile_value_of_a_trunk_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], field: str, value: object
) -> None:
    with pytest.raises(CannotDo):
        described(tmp_path, trunk=REGISTERS | {field: value})
    refusal(tmp_path, capsys)


@pytest.mark.parametrize("secret", [b"", b"\xff", b"a\nb", b"a\0b", b"a\\b", b"x" * 257, b"x" * (2 << 20)])
def test_a_password_no_line_can_hold_is_refused_and_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], secret: bytes
) -> None:
    with pytest.raises(CannotDo):
        described(tmp_path, trunk=REGISTERS, secret=secret)
    assert "xxx" not in refusal(tmp_path, capsys)


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b"\0",
        b"x = " + b"9" * 5_000,
        b"x = " + b"[" * 5_000,
        b"# " + b"x" * (2 << 20),
        b"[[[",
        b"\xef\xbb\xbf[node.a",
    ],
    ids=["no UTF-8", "NUL", "a long number", "deep", "2 MB", "cut off", "BOM"],
)
def test_a_file_that_is_no_description_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes
) -> None:
    (tmp_path / "asterisk.toml").write_bytes(text)
    with pytest.raises(CannotDo):
        render_node(RenderOrder(env_file=tmp_path / "ct112.env", target=tmp_path / "out"))
    refusal(tmp_path, capsys)


@pytest.mark.parametrize(
    "text",
    [
        b"CT112_NODES='" + b"[" * 50_000 + b"'\n",
        b"CT112_NODES='" + b"9" * 5_000 + b"'\n",
        b"X=" + b"y" * (2 << 20),
    ],
    ids=["deep", "a long number", "2 MB"],
)
def test_settings_that_are_none_are_left_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes
) -> None:
    (tmp_path / "ct112.env").write_bytes(text)
    with pytest.raises(CannotDo):
        described(tmp_path)
    assert (tmp_path / "ct112.env").read_bytes() == text
    assert len(capsys.readouterr().err) < 600


def test_a_file_that_never_ends_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "asterisk.toml").symlink_to("/dev/zero")
    with pytest.raises(CannotDo):
        render_node(RenderOrder(env_file=tmp_path / "ct112.env", target=tmp_path / "out"))


@pytest.mark.parametrize(
    ("node", "says"),
    [
        ({"http_port": 5038}, "http_port"),
        ({"sip_port": 8088}, "sip_port"),
        ({"sip_port": 10500}, "among the ports of the sound"),
        ({"ami_permit": []}, "from where may ct112 come"),
        ({"rtp_start": 10999}, "no port for the sound"),
        ({"wss_port": 5061, "tls_pem": "/etc/ct112/tls/asterisk.pem"}, "a port of its own"),
    ],
    ids=str,
)
def test_what_fits_alone_and_not_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], node: dict[str, object], says: str
) -> None:
    with pytest.raises(CannotDo):
        described(tmp_path, node)
    assert says in refusal(tmp_path, capsys)


def test_what_is_usual_is_accepted() -> None:
    NodeValues(ami_permit=["10.0.0.0/8"], tls_pem="/etc/ct112/tls/asterisk.pem", run_user="").check()
    NodeValues(etc_dir="/lab/a-1/~x/etc", fallback_dir="/var/lib/ct112/fallback").check()


@given(value=st.text(max_size=40))
@settings(max_examples=25, deadline=None)
def test_no_password_ends_its_line(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        described(folder, trunk=REGISTERS, secret=value.encode("utf-8", "surrogatepass"))
    except CannotDo:
        return
    text = (folder / "out" / "pjsip-trunk.conf").read_text("utf-8")
    lines = re.findall(r"^password = (.*)$", text, re.MULTILINE)
    assert [line.replace("\\;", ";") for line in lines] == [value.strip()]
