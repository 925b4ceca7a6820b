"""An evidence pack: files in a ZIP, a manifest with their hashes, and a signature over the manifest. Pure.

What is altered, missing or added shows, and is told apart; whoever has no key may still compare the hashes.
"""

import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "signature.txt"
MOST_BYTES = 256 * 1024 * 1024  # of all files, unpacked
MOST_FILES = 100
NO_DAY = (1980, 1, 1, 0, 0, 0)  # the same rows make the same pack

Sign = Callable[[Mapping[str, Any]], str]


class PackTrouble(ValueError):
    """This is no evidence pack; the text says why."""


def pack(files: Mapping[str, bytes], told: Mapping[str, Any], sign: Sign) -> bytes:
    """Return a pack. `told`: of which incident, when made, by whom; `sign`: signs a manifest."""
    hashes = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "rows": data.count(b"\n")}
        for name, data in files.items()
    }
    manifest = {"format": FORMAT, **told, "files": hashes}
    whole = {
        **files,
        MANIFEST: json.dumps(manifest, sort_keys=True, indent=1).encode(),
        SIGNATURE: f"{sign(manifest)}\n".encode(),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in whole.items():
            archive.writestr(zipfile.ZipInfo(name, NO_DAY), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def verify(data: bytes, sign: Sign) -> tuple[dict[str, Any], list[str]]:
    """Return the manifest, and what is wrong: nothing when it is whole. Raises PackTrouble."""
    files = _unpacked(data)
    try:
        manifest = json.loads(files.pop(MANIFEST))
        signature = files.pop(SIGNATURE).decode("ascii").strip()
        known = {str(name): str(entry["sha256"]) for name, entry in manifest["files"].items()}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise PackTrouble("it has no manifest or no signature: this is no evidence pack") from error
    findings = []
    if not hmac.compare_digest(signature.encode(), sign(manifest).encode()):
        findings.append("the manifest was altered, or is another centre's: its signature does not fit")
    findings += [f"missing: {name}" for name in sorted(known.keys() - files.keys())]
    findings += [f"not of this pack: {name}" for name in sorted(files.keys() - known.keys())]
    for name in sorted(known.keys() & files.keys()):
        if hashlib.sha256(files[name]).hexdigest() != known[name]:
            findings.append(f"altered: {name}")
    return manifest, findings


def _unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP that may be a stranger's. Raises PackTrouble."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _look(archive.infolist())
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except PackTrouble:
        raise
    except Exception as error:  # whatever a damaged ZIP does to the library
        raise PackTrouble(f"it cannot be unpacked ({type(error).__name__}): damaged, or no ZIP") from error


def _look(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Raises PackTrouble before anything is unpacked that should not be."""
    names = [entry.filename for entry in entries]
    if len(names) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise PackTrouble("it is larger than any evidence pack")
    if len(set(names)) < len(names):
        raise PackTrouble("a file is in it twice: somebody added one")
