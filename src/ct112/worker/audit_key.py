"""The key of the audit's chain: a file of its owner alone, outside the database."""

import os
import secrets
import stat
from pathlib import Path

BYTES = 32


class KeyTrouble(Exception):
    """The key cannot be used; the text says what to do."""


def read_key(path: Path) -> bytes | None:
    """Return the key; None when there is no file. Raises KeyTrouble."""
    try:
        mode = path.stat().st_mode
        words = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise KeyTrouble(f"{path} cannot be read ({type(error).__name__}): see its owner and mode") from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyTrouble(f"{path} may be read by others: chmod 600 {path}")
    try:
        key = bytes.fromhex(words)
    except ValueError:
        key = b""
    if len(key) != BYTES:
        raise KeyTrouble(f"{path} holds no key of {2 * BYTES} hexadecimal digits: put the right file there")
    return key


def make_key(path: Path) -> bytes:
    """Make the key, for its owner alone, unless somebody made it meanwhile; return it. Raises KeyTrouble."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # never over a key that is there
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    except OSError as error:
        raise KeyTrouble(
            f"{path} cannot be made ({type(error).__name__}): see CT112_AUDIT_KEY_FILE"
        ) from error
    key = read_key(path)
    assert key is not None
    return key
