"""Evidence packs: whole, altered, cut, added to, or none at all: told apart, whatever the file is."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from ct112.reports.evidence import MANIFEST, SIGNATURE, PackTrouble, pack, verify
from ct112.store.audit_chain import proof

FILES = {"incident.jsonl": b'{"id": 1}\n', "facts.jsonl": b'{"seq": 1}\n{"seq": 2}\n'}


def sign(manifest: Mapping[str, Any]) -> str:
    return proof(b"k" * 32, "evidence.pack", manifest)


def another(manifest: Mapping[str, Any]) -> str:
    return proof(b"x" * 32, "evidence.pack", manifest)


def changed(data: bytes, change: Mapping[str, bytes | None]) -> bytes:
    """Return the pack with other files; None takes one out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in {**files, **change}.items():
            if content is not None:
                archive.writestr(name, content)
    return file.getvalue()


WHOLE = pack(FILES, {"incident": "1"}, sign)


def test_a_whole_one_says_what_it_is_of() -> None:
    manifest, findings = verify(WHOLE, sign)
    assert findings == []
    assert (manifest["incident"], manifest["files"]["facts.jsonl"]["rows"]) == ("1", 2)
    assert pack(FILES, {"incident": "1"}, sign) == WHOLE, "the same rows make the same pack"


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"facts.jsonl": b'{"seq": 1}\n'}, "altered: facts.jsonl"),
        ({"facts.jsonl": None}, "missing: facts.jsonl"),
        ({"more.jsonl": b""}, "not of this pack: more.jsonl"),
        ({"../../etc/passwd": b""}, "not of this pack: ../../etc/passwd"),
        ({SIGNATURE: b"0" * 64}, "the manifest was altered"),
    ],
)
def test_what_was_done_to_it_is_said(change: dict[str, bytes | None], finding: str) -> None:
    _, findings = verify(changed(WHOLE, change), sign)
    assert len(findings) == 1
    assert findings[0].startswith(finding)


def test_whoever_changes_the_manifest_too_needs_the_key() -> None:
    forged = pack(FILES | {"facts.jsonl": b""}, {"incident": "1"}, another)
    _, findings = verify(forged, sign)
    assert findings == ["the manifest was altered, or is another centre's: its signature does not fit"]


def test_one_with_a_file_twice_is_none() -> None:
    file = io.BytesIO(WHOLE)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("facts.jsonl", b"")
    with pytest.raises(PackTrouble, match="twice"):
        verify(file.getvalue(), sign)


@pytest.mark.parametrize("cut", range(0, len(WHOLE), 37))
def test_a_damaged_one_is_never_whole(cut: int) -> None:
    damaged = WHOLE[:cut] + bytes([WHOLE[cut] ^ 0xFF]) + WHOLE[cut + 1 :]
    for data in (WHOLE[:cut], damaged):
        try:
            manifest, findings = verify(data, sign)
        except PackTrouble:
            continue
        assert findings or manifest == verify(WHOLE, sign)[0], "what does not matter was damaged"


@pytest.mark.parametrize(
    "manifest", [b"[]", b"{}", b'{"files": []}', b'{"files": {"a": 1}}', b"\xff", b"[" * 9000]
)
def test_a_manifest_that_is_none(manifest: bytes) -> None:
    with pytest.raises(PackTrouble, match="no evidence pack"):
        verify(changed(WHOLE, {MANIFEST: manifest}), sign)
