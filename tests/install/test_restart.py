"""When Asterisk is restarted after a patch, what becomes of calls, and the way back when it fails."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer

from ct112.cli import asterisk_update
from ct112.installation import restart, update
from ct112.installation.machine import InstallFailure, Machine

GOOD, BAD = "good", "bad"


@dataclass(frozen=True)
class Exchange(Machine):
    """A machine with an Asterisk: it starts in a root that is good, and says how many calls it has.

    A bad one ends as soon as it is started, and systemd starts it again, again and again.
    """

    calls: list[int] = field(default_factory=list)  # at each look; the last stays
    done: list[str] = field(default_factory=list)
    now: dict[str, int] = field(default_factory=lambda: {"pid": 100, "up": 1, "ended": 0, "asked": 0})

    @property
    def asterisk_root(self) -> Path:
        """Return its root."""
        return self.root / "asterisk-root"

    def attempt(self, *command: str, stdin: str = "", seconds: float = 1) -> subprocess.CompletedProcess[str]:
        """Answer as systemd and Asterisk do."""
        said, code = self._said(command), 0
        if command[:2] in {("systemctl", "restart"), ("systemctl", "start")} or command[1:2] == ("-rx",):
            code = 0 if self.now["up"] else 1
        return subprocess.CompletedProcess(command, code, said if code == 0 else "", "")

    def _said(self, command: tuple[str, ...]) -> str:
        match command:
            case ("systemctl", "show", _, "--property=MainPID", _):
                return str(self.now["pid"])
            case ("systemctl", "show", _, "--property=NRestarts", _):
                self.now["ended"] += not self.now["up"]
                return str(self.now["ended"])
            case ("systemctl", "restart" | "start", _):
                self._restart("restarted")
            case (_, "-rx", "core stop when convenient"):
                self.done.append("asked to stop")
                self.now["asked"] = 1
            case (_, "-rx", "core abort shutdown"):
                self.done.append("asked to stay")
            case (_, "-rx", "core show channels count"):
                calls = self.calls.pop(0) if len(self.calls) > 1 else self.calls[0]
                if self.now["asked"] and not calls:
                    self._restart("stopped without a call")
                return f"0 active channels\n{calls} active calls\n"
        return ""

    def _restart(self, how: str) -> None:
        self.done.append(how)
        good = (self.asterisk_root / "which").read_text() == GOOD
        self.now.update(pid=self.now["pid"] + 1, up=int(good), asked=0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let seconds pass at once."""
    clock = iter(range(10_000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr("time.sleep", lambda _: None)


def exchange(tmp_path: Path, patched: str, *calls: int) -> Exchange:
    """Return an exchange whose root was just patched; it runs in the one before."""
    for name, which in (("asterisk-root", patched), ("asterisk-root.previous", GOOD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "which").write_text(which)
    return Exchange(tmp_path, calls=list(calls))


def restarted(machine: Exchange, monkeypatch: pytest.MonkeyPatch, *, now: bool, patched: bool) -> int:
    """Run the restart of `ct112 asterisk update`; return its exit status."""
    monkeypatch.setattr(update, "lives_in", lambda folder, pid: folder.name.endswith("previous"))
    try:
        asterisk_update._restart(machine, machine.asterisk_root, 5, now=now, patched=patched)
    except typer.Exit as end:
        return end.exit_code
    return 0


def test_without_now_calls_are_waited_for_and_asterisk_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = exchange(tmp_path, GOOD, 2)
    assert restarted(machine, monkeypatch, now=False, patched=True) == 1
    assert machine.done == ["asked to stop", "asked to stay"]
    assert "calls were up all the time" in capsys.readouterr().err


def test_with_now_calls_have_a_while_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = exchange(tmp_path, GOOD, 2, 1, 0)
    assert restarted(machine, monkeypatch, now=True, patched=True) == 0
    assert machine.done == ["asked to stop", "stopped without a call"]


def test_with_now_it_is_restarted_at_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = exchange(tmp_path, GOOD, 2)
    assert restarted(machine, monkeypatch, now=True, patched=True) == 0
    assert machine.done == ["asked to stop", "asked to stay", "restarted"]


@pytest.mark.parametrize("now", [True, False])
@pytest.mark.parametrize("patched", [True, False])
def test_what_does_not_start_gives_way_to_what_ran(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    now: bool,
    patched: bool,
) -> None:
    """`patched` False: `--restart`, hours after the patch."""
    machine = exchange(tmp_path, BAD, 0)
    assert restarted(machine, monkeypatch, now=now, patched=patched) == 1
    assert (machine.asterisk_root / "which").read_text() == GOOD
    assert restart.is_up(machine)
    assert "the one before is back and runs" in capsys.readouterr().err


def test_when_neither_starts_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = exchange(tmp_path, BAD, 0)
    (tmp_path / "asterisk-root.previous" / "which").write_text(BAD)
    assert restarted(machine, monkeypatch, now=False, patched=True) == 1
    assert "neither the patched Asterisk nor the one before starts" in capsys.readouterr().err


def test_one_that_ends_again_and_again_is_not_waited_for(tmp_path: Path) -> None:
    machine = exchange(tmp_path, BAD, 0)
    machine.now["up"] = 0
    with pytest.raises(InstallFailure, match="does not come up"):
        restart._wait_until_up(machine)
    assert machine.now["ended"] == restart.TRIES + 1
