"""The file of settings is changed key by key: every other character stays."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112 import env_file
from ct112.env_file import EnvFileError, value, with_value


def test_a_value_is_replaced_where_it_stands_and_survives_quotes(tmp_path: Path) -> None:
    text = "A=1\n\nCT112_NODES='[\n]'  # two lines\nB=2"
    changed = env_file.with_node(text, tmp_path, {"name": "a", "ari_url": "http://it's/"})
    assert changed.startswith("A=1\n\nCT112_NODES='[{")
    assert changed.endswith("}]'  # two lines\nB=2")
    assert json.loads(str(value(changed, "CT112_NODES")))[0]["ari_url"] == "http://it's/"
    assert with_value("A=1", "B", "2") == "A=1\nB='2'\n"


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("# a\n\nexport A=1 # why\nB=2\n", "# a\n\nexport A='x' # why\nB=2\n"),
        ('A="1"\n', "A='x'\n"),
        ('  A = "1 # 2" \n', "  A = 'x' \n"),
        ("A=1\nA=2\n", "A=1\nA='x'\n"),  # the last one counts
        ("A\n", "A='x'\n"),
        ("A=\n", "A='x'\n"),
        ("#A=1\n", "#A=1\nA='x'\n"),
        ("AB=1\r\nA=1\r\n", "AB=1\r\nA='x'\r\n"),
        ('A="x"', 'A="x"'),  # as it is wanted already: its quotes stay too
        ("", "A='x'\n"),
    ],
)
def test_what_stands_around_a_value_stays(text: str, changed: str) -> None:
    assert with_value(text, "A", "x") == changed


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30))
def test_any_value_is_read_back_as_it_was(new: str) -> None:
    text = "# one\nexport A='old'\t# two\nB=3\n"
    if "${" in new:
        return
    changed = with_value(text, "A", new)
    assert value(changed, "A") == new
    assert value(changed, "B") == "3"
    assert changed.startswith("# one\nexport A=")
    assert changed.endswith("\t# two\nB=3\n")


@pytest.mark.parametrize("new", ["a\nB=1", "a\r", "${HOME}", "\0"])
def test_a_value_no_line_can_hold_is_refused(new: str) -> None:
    with pytest.raises(EnvFileError, match="A: a line break"):
        with_value("A=1\n", "A", new)


def test_line_ends_of_another_system_stay(tmp_path: Path) -> None:
    file = tmp_path / "ct112.env"
    file.write_bytes(b"A=1\r\nB=2\r\n")
    env_file.write(file, with_value(env_file.read(file), "B", "x"))
    assert file.read_bytes() == b"A=1\r\nB='x'\r\n"
