"""Backs an installation up again and again, killed at the first, second, third… fsync."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

from ct112.backup.manifest import NAME, BackupTrouble
from ct112.backup.verifying import verified
from ct112.backup.writing import Folder
from tests.backup.installation import Installation


def main(folder: Path, database_url: str, target: Path) -> int:
    """Print how many times it was killed before it came to its end; each time it must be recognised."""
    step = 0
    while killed(Installation(folder, database_url), target, step):
        whole = (target / NAME).exists()  # killed behind the last name: then it is whole
        assert ("interrupted" in refusal(lambda: verified(target))) is not whole, step
        assert "name a new folder" in refusal(lambda: Folder(target)), step
        shutil.rmtree(target)
        step += 1
    print(step)
    return 0


def refusal(work: object) -> str:
    """Return why something is refused."""
    assert callable(work)
    try:
        work()
    except BackupTrouble as error:
        return str(error)
    return ""


def killed(installation: Installation, target: Path, step: int) -> bool:
    """Back up in a process that is killed at its n-th fsync; return whether it came so far."""
    child = os.fork()
    if child == 0:
        asyncio.run(until_killed(installation, target, step))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


async def until_killed(installation: Installation, target: Path, step: int) -> None:
    """Back up, and be killed on the way."""
    fsync, numbers = os.fsync, iter(range(1_000_000))

    def sync(handle: int) -> None:
        if next(numbers) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        fsync(handle)

    os.fsync = sync  # type: ignore[assignment]
    await installation.backup(target)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
