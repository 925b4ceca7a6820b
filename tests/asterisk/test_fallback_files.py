"""What the fallback's program writes, and how it is read: by the real program, without an Asterisk."""

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ct112.asterisk import fallback_files
from ct112.asterisk.fallback_files import look
from ct112.core.ids import NodeName
from ct112.core.record import EndedBy, Outcome

PROGRAM = Path(__file__).parents[2] / "dialplan" / "agi-bin" / "ct112-fallback"
NODE = NodeName("a")
LEG = "a-1790000000.7"
MEMBER = "PJSIP/pos-1"


def started(
    folder: Path,
    what: str,
    *,
    ani: str = "0812",
    leg: str = LEG,
    source: str = "",
    member: str = "",
    heard: str = "",
) -> None:
    """Start the program as Asterisk does: its words on the input, answers to its questions.

    `heard`: what a caller got into the first words.
    """
    values = {
        "${CALLERID(num)}": ani,
        "${CT112_SIP_CALL_ID}": "abc@phone",
        "${MEMBERINTERFACE}": member,
        "${CHANNEL(hangupsource)}": source,
        "${CHANNEL(name)}": "PJSIP/trunk-1",
    }
    lines = [f"agi_uniqueid: {leg}", f"agi_callerid: {ani}{heard}", f"agi_arg_1: {what}"]
    program = subprocess.Popen(
        [PROGRAM, what, str(folder), leg], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    with suppress(BrokenPipeError), program:  # one that has nothing to write does not listen to the end
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write("\n".join(lines) + "\n\n")
        program.stdin.flush()
        for question in program.stdout:
            token, _, expression = question.removeprefix("GET FULL VARIABLE ").strip().partition(":")
            program.stdin.write(f"200 result=1 ({token}:{values.get(expression, '')})\n")
            program.stdin.flush()
    assert program.wait() == 0


def there(folder: Path, *names: str) -> None:
    """Wait for the files: they are written behind the call."""
    end = time.monotonic() + 30
    while not all((folder / name).exists() for name in names):
        assert time.monotonic() < end, sorted(folder.glob("*"))
        time.sleep(0.01)


def test_a_call_that_was_answered(tmp_path: Path) -> None:
    folder = tmp_path / "made by the program"
    for what in ("entered", "answered"):
        started(folder, what, member=MEMBER)
        there(folder, f"{LEG}.{what}")
    assert look(folder, NODE, up_since=None).in_progress == 1
    started(folder, "ended", source="PJSIP/pos-1-3")
    there(folder, f"{LEG}.ended")
    (call,) = look(folder, NODE, up_since=None).over
    assert (call.leg, call.ani, call.sip_call_id, call.position) == (LEG, "0812", "abc@phone", "pos-1")
    assert (call.outcome, call.ended_by) == (Outcome.FALLBACK_ANSWERED, EndedBy.OPERATOR)
    assert call.answered_at is not None
    assert call.entered_at <= call.answered_at <= call.ended_at
    fallback_files.done(folder, LEG)
    assert list(folder.iterdir()) == []


def test_a_call_that_was_given_up(tmp_path: Path) -> None:
    started(tmp_path, "entered", ani="unknown")
    started(tmp_path, "ended", ani="unknown", source="PJSIP/trunk-1")
    there(tmp_path, f"{LEG}.entered", f"{LEG}.ended")
    (call,) = look(tmp_path, NODE, up_since=None).over
    assert (call.outcome, call.ended_by, call.ani) == (
        Outcome.FALLBACK_ABANDONED,
        EndedBy.CALLER,
        None,
    )


def test_an_operator_whose_phone_died_has_not_answered(tmp_path: Path) -> None:
    for what in ("entered", "answered"):
        started(tmp_path, what, member=MEMBER)
        there(tmp_path, f"{LEG}.{what}")
    started(tmp_path, "lost")
    started(tmp_path, "ended", source="PJSIP/trunk-1")
    there(tmp_path, f"{LEG}.ended")
    (call,) = look(tmp_path, NODE, up_since=None).over
    assert (call.outcome, call.answered_at) == (Outcome.FALLBACK_ABANDONED, None)


@pytest.mark.parametrize("wrong_by", [-26 * 365 * 86400, 0, 100 * 86400])
def test_an_end_is_taken_in_after_a_moment_of_ours_whatever_the_nodes_clock_says(
    tmp_path: Path, wrong_by: float
) -> None:
    (tmp_path / f"{LEG}.ended").write_text(f"at={time.time() + wrong_by}\n")
    ripening, grace = fallback_files.Ripening(), fallback_files.GRACE_SECONDS
    seen = [
        len(look(tmp_path, NODE, up_since=None, ripening=ripening, now=5.0 + seconds).over)
        for seconds in (0.0, grace - 0.1, grace)
    ]
    assert seen == [0, 0, 1], "one of the others may land late"
    fallback_files.clear(tmp_path, LEG)
    look(tmp_path, NODE, up_since=None, ripening=ripening, now=6.0)
    (tmp_path / f"{LEG}.ended").write_text("at=1790000000\n")
    assert look(tmp_path, NODE, up_since=None, ripening=ripening, now=20.0).over == (), "seen anew"


def test_a_call_whose_asterisk_died(tmp_path: Path) -> None:
    started(tmp_path, "entered")
    there(tmp_path, f"{LEG}.entered")
    assert look(tmp_path, NODE, up_since=time.time() - 60).over == ()
    up_since = time.time() + 30
    (call,) = look(tmp_path, NODE, up_since=up_since).over
    assert (call.ended_by, call.ended_at) == (EndedBy.SYSTEM, up_since)


@pytest.mark.parametrize("leg", ["../out", ".hidden", "", "a b", "a;b"])
def test_a_name_that_is_no_name_writes_nothing(tmp_path: Path, leg: str) -> None:
    folder = tmp_path / "folder"
    started(folder, "entered", leg=leg)
    time.sleep(0.2)
    assert not folder.exists()


FORGED = [
    "\nagi_uniqueid: a-1790000000.8",
    "\nagi_arg_1: answered\nagi_arg_3: a-1790000000.8",
    "\n\n200 result=1 (/tmp)\n200 result=1 (PJSIP/pos-2)\n200 result=1 (x)\n200 result=1 (x)",
    "\n\n511 Command Not Permitted on a dead channel or intercept routine\n" * 9,
    "\nHANGUP\n\n",
]


@pytest.mark.parametrize("forged", FORGED)
def test_what_a_caller_writes_between_asterisks_words_changes_no_record(tmp_path: Path, forged: str) -> None:
    started(tmp_path, "entered", heard=forged)
    there(tmp_path, f"{LEG}.entered")
    time.sleep(0.1)
    assert [path.name for path in tmp_path.iterdir()] == [f"{LEG}.entered"]
    notes = (tmp_path / f"{LEG}.entered").read_text()
    assert f"uniqueid={LEG}\n" in notes
    assert "pos-2" not in notes
    assert len(notes.splitlines()) == 9


def test_control_characters_are_not_written_down(tmp_path: Path) -> None:
    started(tmp_path, "entered", ani="08\x0012\r\x1b[2J\x7f")
    there(tmp_path, f"{LEG}.entered")
    notes = (tmp_path / f"{LEG}.entered").read_text()
    assert "ani=0812[2J\n" in notes


def test_a_folder_that_cannot_be_written_ends_well(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    started(tmp_path / "file", "entered")


def note(what: str, at: float, **known: str) -> str:
    """What the program writes."""
    return "".join(f"{name}={value}\n" for name, value in {"what": what, "at": f"{at:.3f}", **known}.items())


def dangling(path: Path) -> None:
    path.symlink_to("/nowhere")


def a_link(path: Path) -> None:
    """To a file that could be read, and is none of ours."""
    outside = path.parent.parent / "outside"
    outside.write_text(note("ended", 1790000000))
    path.symlink_to(outside)


def a_folder(path: Path) -> None:
    path.mkdir()
    (path / "full").touch()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def text(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


UNREADABLE: list[Callable[[Path], None]] = [
    dangling,
    a_link,
    a_folder,
    a_pipe,
    *(text(content) for content in (b"", b"\x00\xff", b"at=yesterday\n", b"at=nan\n", b"what=ended\n")),
    *(text(content) for content in (b"at=1790000000", b"what=ended\nat=1790000000\nby=cal")),  # cut off
    *(text(content) for content in (b"at=-5\n", b"at=1e300\n", b"at=999999999999\n")),
    text(b"at=1790000000\n" + b"x" * 10_000_000 + b"\n"),
    text(os.urandom(5000) + b"\n"),
]


@pytest.mark.parametrize("make", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_costs_itself_alone_and_can_be_set_aside(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    folder = tmp_path / "fallback"
    folder.mkdir()
    bad = folder / f"{LEG}.ended"
    make(bad)
    (folder / "a-1790000001.8.entered").write_text(note("entered", 1790000001))
    (folder / "a-1790000001.8.ended").write_text(note("ended", 1790000009))
    found = look(folder, NODE, up_since=None)
    assert found.bad == (bad,)
    assert [call.leg for call in found.over] == ["a-1790000001.8"]
    for number in (1, 2):  # a second one of its name is kept beside the first
        fallback_files.set_aside(bad)
        found = look(folder, NODE, up_since=None)
        assert (found.bad, found.aside, len(found.over)) == ((), number, 1)
        make(bad) if number == 1 and make is not a_link else bad.touch()


def test_a_call_of_which_one_file_cannot_be_read_is_known_by_the_others(tmp_path: Path) -> None:
    dangling(tmp_path / f"{LEG}.entered")
    (tmp_path / f"{LEG}.answered").write_text(note("answered", 1790000010, member=MEMBER, ani="0812"))
    (tmp_path / f"{LEG}.ended").write_text(note("ended", 1790000020, ani="0812"))
    found = look(tmp_path, NODE, up_since=None)
    (call,) = found.over
    assert (call.position, call.ani, call.ended_at) == ("pos-1", "0812", 1790000020)
    assert found.bad == (tmp_path / f"{LEG}.entered",)


@pytest.mark.parametrize(
    "name", ["a b.ended", "a;b.entered", "\udcff.ended", "-x.ended", "x" * 200 + ".done"]
)
def test_a_file_with_our_ending_and_no_name_of_a_leg_is_none_of_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(note("ended", 1790000020))
    assert look(tmp_path, NODE, up_since=None) == fallback_files.Looked(bad=(tmp_path / name,))


@pytest.mark.parametrize("member", ["PJSIP/pos\0-1", "PJSIP/", "nonsense", "PJSIP/" + "p" * 500])
def test_whatever_a_member_is_called_the_call_is_read(tmp_path: Path, member: str) -> None:
    (tmp_path / f"{LEG}.answered").write_text(note("answered", 1790000010, member=member))
    (tmp_path / f"{LEG}.ended").write_text(note("ended", 1790000020))
    (call,) = look(tmp_path, NODE, up_since=None).over
    assert call.answered_at is not None
    assert call.position is None or ("\0" not in call.position and len(call.position) <= 64)


def test_a_folder_with_very_many_calls_is_read_in_parts(tmp_path: Path) -> None:
    for number in range(fallback_files.MOST_AT_ONCE + 30):
        (tmp_path / f"a-1790000000.{number}.ended").write_text(note("ended", 1790000020))
    (tmp_path / "a-1790000009.1.entered").write_text(note("entered", 1790000009))
    found = look(tmp_path, NODE, up_since=None)
    assert (len(found.over), found.more, found.in_progress) == (fallback_files.MOST_AT_ONCE, True, 1)
    for call in found.over:
        fallback_files.done(tmp_path, call.leg)
    found = look(tmp_path, NODE, up_since=None)
    assert (len(found.over), found.more, found.in_progress) == (30, False, 1)


def test_a_crash_while_clearing_away_brings_no_call_back(tmp_path: Path) -> None:
    (tmp_path / f"{LEG}.done").touch()
    (tmp_path / f"{LEG}.entered").write_text("at=1790000000\n")
    assert look(tmp_path, NODE, up_since=1e12).over == ()
    assert list(tmp_path.iterdir()) == []


def test_calls_that_are_given_up_do_not_starve_those_behind_them(tmp_path: Path) -> None:
    legs = [f"a-1790000000.{number:04d}" for number in range(fallback_files.MOST_AT_ONCE + 1)]
    for leg in legs:
        (tmp_path / f"{leg}.ended").write_text("at=1790000009\nby=caller\n")
    found = fallback_files.look(tmp_path, NODE, up_since=None, skip=frozenset(legs[:-1]))
    assert [call.leg for call in found.over] == legs[-1:]
    assert not found.more
