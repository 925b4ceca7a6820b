"""What Asterisk writes is for nobody else: SIP passwords in its database, numbers in its logs."""

import pytest

from lab.asterisk import AsteriskNode
from lab.bare_ari import in_fallback
from lab.raw_sip import raw_caller

pytestmark = pytest.mark.real


async def test_nothing_is_readable_by_everybody(node: AsteriskNode) -> None:
    async with raw_caller(f"127.0.0.1:{node.ports.sip}") as caller:
        call = await caller.invite()
        await in_fallback(node)
        await caller.bye(call)
    node.cli("core show channels")
    files = [path for path in node.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"astdb.sqlite3", "queue_log", "messages", "security"} <= names
    assert [path for path in files if path.stat().st_mode & 0o007] == []
