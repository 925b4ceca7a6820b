"""`ct112 agencies` and `ct112 routing` as an administrator runs them."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from tests.store.terminal import Terminal

SECRET = "kunci-rahasia-0123456789"
FILLED = f"""\
name: Damkar Kota
ways:
  - kind: page
  - kind: webhook
    url: https://damkar.example.org/ct112
    secret: {SECRET}
    within_seconds: 60
  - kind: phone
contacts:
  - name: Piket
    number: "0285421000"
    shifts:
      - {{days: [mon, tue, wed, thu, fri, sat, sun], start: 00:00, end: 24:00}}
  - name: Siti
    email: siti@example.org
    exceptions:
      - {{start: 2099-11-26T10:00:00Z, end: 2099-11-26T18:00:00Z, on_duty: true, note: ganti}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "damkar.yaml"
    found.write_text(FILLED)
    return found


def test_a_new_installation_lists_eight_that_nobody_has_filled_in(terminal: Terminal) -> None:
    listed = terminal.agencies("list")
    assert listed.count("no way but its page: nothing rings there") == 8
    assert re.search(r"damkar\s+Pemadam Kebakaran Kota Pekalongan\s+page\s+0 of 0", listed)


def test_an_agency_is_filled_in_from_a_file_and_what_is_shown_can_be_set_again(
    terminal: Terminal, file: Path
) -> None:
    assert terminal.agencies("set", "damkar", str(file)) == "damkar has 3 ways and 2 contacts now\n"
    shown = terminal.agencies("show", "damkar")
    assert re.search(r"Piket\s+0285421000\s+on duty", shown)
    assert re.search(r"Siti\s+siti@example.org\s+has no shift: never on duty", shown)
    again = terminal.agencies("show", "damkar", "--yaml")
    assert SECRET not in shown + again
    file.write_text(again)
    terminal.agencies("set", "damkar", str(file))
    assert terminal.agencies("show", "damkar", "--yaml") == again
    assert re.search(r"damkar\s+Damkar Kota\s+page, webhook, phone\s+1 of 2\n", terminal.agencies("list"))


WRONG = [
    ("kind: phone", "kind: pigeon", "line 8: ways.2.kind"),
    ("https://damkar.example.org/ct112", "http://10.0.0.1/", "ways.1.url leads into a network"),
    (SECRET, "short", "line 6: ways.1.secret"),
    ("start: 00:00", "start: 25:00", "line 13: contacts.0.shifts.0.start"),
    ('"0285421000"', "0809123456", "not dialled"),
    ("email: siti@example.org", "email: siti", "contacts.1.email is no e-mail address"),
    ("contacts:", "contact:", "contact: Extra inputs are not permitted"),
    ("name: Damkar Kota", "name: &a [*a]", "used twice through an alias"),
    ("  - kind: page", "\t- kind: page", "use spaces"),
]


def test_a_file_that_will_not_do_names_the_place(terminal: Terminal, file: Path) -> None:
    for old, new, said in WRONG:
        assert old in FILLED
        file.write_text(FILLED.replace(old, new, 1))
        told = terminal.agencies("set", "damkar", str(file), code=1)
        assert said in told
        assert "Traceback" not in told
        assert SECRET not in told


def test_an_agency_is_made_retired_and_restored(terminal: Terminal, tmp_path: Path) -> None:
    assert "agency tagana is made" in terminal.agencies("add", "tagana", "Tagana Pekalongan")
    assert "is there already" in terminal.agencies("add", "tagana", "x", code=1)
    assert "is no code" in terminal.agencies("add", "Tagana", "x", code=1)
    assert "there is no agency 'nobody'" in terminal.agencies("show", "nobody", code=1)
    assert "asked no more" in terminal.agencies("retire", "damkar")
    assert "retired: asked no more" in terminal.agencies("list")
    assert "agency damkar does not act any more" in terminal.routing("check", code=1)
    assert "! nobody whom the rule asks first acts" in terminal.routing("explain", "kebakaran")
    terminal.agencies("restore", "damkar")
    assert "is good: 12 rules" in terminal.routing("check")
    for missing in (tmp_path / "nowhere.yaml", tmp_path):
        assert "cannot be read" in terminal.agencies("set", "damkar", str(missing), code=1)


def test_an_area_that_was_not_imported_is_none_once_there_are_some(
    terminal: Terminal, database_url: str, tmp_path: Path
) -> None:
    assert "first" in terminal.routing("explain", "rob", "--area", "33.75.01.1003")

    async def have_one() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute(
            "INSERT INTO area (code, kind, name) VALUES ('33.75.01.1003', 'kelurahan', 'Made')"
        )
        await connection.close()

    asyncio.run(have_one())
    for area in ("33.75.01.1003", "33.75.01", "33.75"):
        assert "first" in terminal.routing("explain", "rob", "--area", area)
    assert "there is no area '33.75.01.1004'" in terminal.routing(
        "explain", "rob", "--area", "33.75.01.1004", code=1
    )
    file = tmp_path / "routing.yaml"
    source = terminal.routing("show")
    file.write_text(
        source.replace("categories: [kebakaran]", "categories: [kebakaran]\n    areas: [33.75.02]")
    )
    assert "no area '33.75.02'" in terminal.routing("publish", str(file), code=1)
    file.write_text(
        source.replace("categories: [kebakaran]", "categories: [kebakaran]\n    areas: [33.75.01]")
    )
    assert "! " in terminal.routing("check", str(file))


def test_why_whom_is_said_with_what_was_passed_over(terminal: Terminal) -> None:
    said = terminal.routing("explain", "miras", "--at", "2026-11-26 10:00")
    assert said.splitlines() == [
        "version 1, Thu 2026-11-26 10:00 WIB",
        "first       satpol_pp",
        "supporting  polres",
        "  rule 'penyakit masyarakat' is the first that fits: category miras, anywhere, at any time",
        "  passed over: 'penyakit masyarakat, malam': not its hours: it is thu 10:00",
    ]
    night = terminal.routing("explain", "miras", "--at", "2026-11-26T23:00", "--area", "33.75.01.1003")
    assert "first       polres" in night
    fire = terminal.routing("explain", "kebakaran", "--level", "2")
    assert "run card    damkar: regu tambahan" in fire
    assert "did you mean 'kebakaran'?" in terminal.routing("explain", "kebakarn", code=1)


def test_a_document_is_checked_published_listed_and_rolled_back(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text(terminal.routing("show"))
    assert "is good: 12 rules, run cards for 4 categories" in terminal.routing("check", str(file))
    file.write_text(
        file.read_text().replace("first: [damkar]\n    supporting: [pmi]", "first: [damkar, polres]")
    )
    assert "version 2 is in force" in terminal.routing("publish", str(file), "--note", "polisi ikut")
    assert "first       damkar, polres" in terminal.routing("explain", "kebakaran")
    listed = terminal.routing("versions")
    assert re.search(r"^2\*.*polisi ikut$", listed, re.MULTILINE)
    assert "version 1 is in force again" in terminal.routing("roll-back", "1", "--note", "salah")
    assert "first       damkar\n" in terminal.routing("explain", "kebakaran")
    assert "there is no version 9" in terminal.routing("show", "--version", "9", code=1)
    assert "there is no version 9" in terminal.routing("roll-back", "9", code=1)
    file.write_text(file.read_text().replace("[damkar, polres]", "[dampar]"))
    told = terminal.routing("publish", str(file), code=1)
    assert "✗" in told
    assert "no agency 'dampar'" in told
    assert "not published" in told
    assert "a note is one line" in terminal.routing("publish", str(file), "--note", "a\nb", code=1)
    file.write_bytes(b"\xff\xfe")
    assert "no text in UTF-8" in terminal.routing("check", str(file), code=1)
