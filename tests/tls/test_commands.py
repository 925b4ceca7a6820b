"""`ct112 tls`: made once, renewed without a loss, the city's own only when it will do."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ct112.cli import tls as cli_tls
from ct112.tls.bundle import Bundle, now, read, read_chain
from ct112.tls.checking import problems
from ct112.tls.files import ASTERISK, PARTS, WEB, TlsFolder, gid
from tests.tls.made import server

NAME = "112.example.id"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No node and no file of settings: nobody is told."""
    monkeypatch.setenv("CT112_ENV_FILE", "")


def tls(*words: str, folder: Path, code: int = 0) -> str:
    """Run a command on a folder; return what it said."""
    result = CliRunner().invoke(cli_tls.app, [*words, "--dir", str(folder)])
    assert result.exit_code == code, result.output
    return result.output


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_all_and_the_keys_are_for_their_owners(tmp_path: Path) -> None:
    folder = TlsFolder(tmp_path / "tls")
    said = tls("init", NAME, "192.0.2.7", "--city", "Kota Contoh", folder=folder.path)
    assert "CT112_WEB_TLS_CERTIFICATE=" in said
    assert "Kota Contoh" in read_chain(folder.authority).leaf.subject.rfc4514_string()
    for part in PARTS:
        bundle = read(folder.pem(part))
        assert problems(bundle, now(), names=[NAME, "192.0.2.7", "localhost", "127.0.0.1"], roots=()) == []
        assert bundle.chain == read_chain(folder.certificate(part)).chain
        assert mode(folder.pem(part)) == (0o600 if gid(part.group) is None else 0o640)
    assert mode(folder.authority_key) == 0o600
    assert (mode(folder.authority), mode(folder.certificate(ASTERISK))) == (0o644, 0o644)
    assert read(folder.pem(WEB)).leaf != read(folder.pem(ASTERISK)).leaf, "each has a key of its own"


def test_the_group_of_a_part_may_read_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = os.getegid()
    monkeypatch.setattr("ct112.tls.files.gid", lambda _group: number)
    folder = TlsFolder(tmp_path)
    tls("init", NAME, folder=tmp_path)
    assert mode(folder.pem(WEB)) == 0o640
    assert folder.pem(WEB).stat().st_gid == number


def test_init_again_changes_nothing(tmp_path: Path) -> None:
    tls("init", NAME, folder=tmp_path)
    before = contents(tmp_path)
    assert "there already" in tls("init", "other.example.id", "--city", "Another", folder=tmp_path)
    assert contents(tmp_path) == before


def test_init_makes_only_what_is_missing(tmp_path: Path) -> None:
    folder = TlsFolder(tmp_path)
    tls("init", NAME, folder=tmp_path)
    before = contents(tmp_path)
    folder.pem(ASTERISK).unlink()
    tls("init", NAME, folder=tmp_path)
    changed = {name for name, text in contents(tmp_path).items() if before[name] != text}
    assert changed == {"asterisk.pem", "asterisk.crt"}


@pytest.mark.parametrize("lost", ["ca.key", "ca.crt"])
def test_half_an_authority_is_not_made_anew(tmp_path: Path, lost: str) -> None:
    """A new one would have to be carried to every desk: only who moves the rest away wants that."""
    tls("init", NAME, folder=tmp_path)
    (tmp_path / lost).unlink()
    before = contents(tmp_path)
    assert f"{lost} is missing" in tls("init", NAME, folder=tmp_path, code=1)
    assert f"{lost} is not there" in tls("renew", folder=tmp_path, code=1) or lost == "ca.crt"
    assert contents(tmp_path) == before


def test_renew_keeps_the_authority_and_the_names(tmp_path: Path) -> None:
    folder = TlsFolder(tmp_path)
    tls("init", NAME, "*.example.id", "192.0.2.7", folder=tmp_path)
    before = contents(tmp_path)
    tls("renew", folder=tmp_path)
    for part in PARTS:
        bundle = read(folder.pem(part))
        assert folder.names(part) == (NAME, "*.example.id", "192.0.2.7")
        assert problems(bundle, now(), roots=()) == []
        assert bundle.chain == read_chain(folder.certificate(part)).chain
    after = contents(tmp_path)
    assert {name for name in after if before[name] != after[name]} == {
        *("web.pem", "web.crt", "asterisk.pem", "asterisk.crt")
    }


def test_renew_with_other_names(tmp_path: Path) -> None:
    tls("init", NAME, folder=tmp_path)
    tls("renew", "neu.example.id", folder=tmp_path)
    assert TlsFolder(tmp_path).names(WEB) == ("neu.example.id",)


def test_renew_within_renews_only_what_is_due(tmp_path: Path) -> None:
    tls("init", NAME, "--days", "40", folder=tmp_path)
    before = contents(tmp_path)
    assert "nothing is due" in tls("renew", "--within", "30", folder=tmp_path)
    assert contents(tmp_path) == before
    tls("renew", "--within", "40", folder=tmp_path)
    assert contents(tmp_path) != before


def test_renew_where_nothing_is(tmp_path: Path) -> None:
    assert "nothing is due" in tls("renew", "--within", "30", folder=tmp_path)


def files_of(bundle: Bundle, folder: Path) -> tuple[str, str]:
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    certificate.write_bytes(bundle.chain_pem())
    key.write_bytes(bundle.key_pem())
    return str(certificate), str(key)


def test_the_citys_own_is_put_into_place_and_renewed_by_the_city(tmp_path: Path) -> None:
    folder, city = TlsFolder(tmp_path / "tls"), server(NAME)
    tls("use", *files_of(city, tmp_path), "--name", NAME, folder=folder.path)
    assert read(folder.pem(WEB)).chain == read(folder.pem(ASTERISK)).chain == city.chain
    before = contents(folder.path)
    assert "not by our authority" in tls("renew", folder=folder.path, code=1)
    assert contents(folder.path) == before


def other_key() -> Bundle:
    return Bundle(server(NAME).chain, server(NAME).key)


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        (other_key, "the key is another certificate's"),
        (lambda: server(NAME, ago=40), "it ended on"),
        (lambda: server("other.example.id"), f"it is not for {NAME}"),
        (lambda: Bundle(server(NAME).chain[:1], server(NAME).key), "its issuer is missing"),
    ],
)
def test_a_citys_certificate_that_will_not_do_replaces_nothing(
    tmp_path: Path, bundle: Callable[[], Bundle], said: str
) -> None:
    folder = tmp_path / "tls"
    tls("use", *files_of(server(NAME), tmp_path), folder=folder)
    before = contents(folder)
    assert said in tls("use", *files_of(bundle(), tmp_path), "--name", NAME, folder=folder, code=1)
    assert contents(folder) == before


def test_show_says_until_when_and_ends_with_one_when_something_is_wrong(tmp_path: Path) -> None:
    assert "there is no certificate" in tls("show", folder=tmp_path, code=1)
    tls("init", NAME, folder=tmp_path)
    said = tls("show", folder=tmp_path)
    folder = TlsFolder(tmp_path)
    assert read_chain(folder.authority).fingerprint() in said
    assert f"until {read_chain(folder.certificate(WEB)).end:%Y-%m-%d}" in said
    folder.certificate(WEB).write_bytes(server(NAME, ago=40).chain_pem())
    assert "✗ it ended on" in tls("show", folder=tmp_path, code=1)


def test_show_looks_at_what_the_settings_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(server("own.example.id").chain_pem())
    monkeypatch.setenv("CT112_WEB_TLS_CERTIFICATE", str(own))
    assert "own.example.id" in tls("show", folder=tmp_path)


def test_reload_says_which_node_was_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    node = (
        '[{"name": "a", "ari_url": "http://127.0.0.1:1/ari", "ari_user": "u", "ari_password": "p",'
        ' "ami_port": 1, "ami_user": "m", "ami_password": "p"}]'
    )
    monkeypatch.setenv("CT112_NODES", node)
    result = CliRunner().invoke(cli_tls.app, ["reload"])
    assert result.exit_code == 1
    assert "node a was not told" in result.output


@pytest.mark.parametrize("folder", ["/proc/none", "/dev/null"])
def test_a_folder_that_cannot_be_is_said(folder: str) -> None:
    assert "--dir" in tls("init", NAME, folder=Path(folder), code=1)


def test_without_root_a_member_gives_the_key_to_its_group_and_to_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in containers: a group we are not in gets nothing, and the key is for its owner alone."""
    mine = os.getegid()
    groups = {"ct112": mine, "asterisk": 65_000}
    monkeypatch.setattr("ct112.tls.files.gid", groups.__getitem__)
    monkeypatch.setattr("ct112.tls.files.os.geteuid", lambda: 12_345)
    monkeypatch.setattr("ct112.tls.files.os.getgroups", list)
    folder = TlsFolder(tmp_path)
    tls("init", NAME, folder=tmp_path)
    assert (mode(folder.pem(WEB)), folder.pem(WEB).stat().st_gid) == (0o640, mine)
    assert mode(folder.pem(ASTERISK)) == 0o600
