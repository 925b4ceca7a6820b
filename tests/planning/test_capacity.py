"""`ct112 capacity` as an admin uses it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ct112.cli.main import app

ROOT = Path(__file__).parents[2]
BUSY_HOUR = ["capacity", "--calls-per-hour", "60", "--handle-time", "180"]


def said(*more: str) -> str:
    """Return what the command printed; it must have worked."""
    result = CliRunner().invoke(app, [*BUSY_HOUR, *more])
    assert result.exit_code == 0, result.output
    return result.output


def refused(*more: str) -> str:
    """Return why the command refused."""
    result = CliRunner().invoke(app, [*BUSY_HOUR, *more])
    assert result.exit_code == 2
    return " ".join(result.output.replace("│", " ").split())


def test_it_says_how_many_operators_and_lines() -> None:
    text = said("--target", "0.9@15s")
    assert "3.00 erlang" in text
    assert "6 operators at their phones" in text
    assert "9 trunk lines with 6 operators" in text


def test_the_figures_for_programs_are_the_same() -> None:
    found = json.loads(said("--json"))
    assert (found["operators_needed"], found["lines_needed"]) == (6, 9)
    assert found["service"]["within_target"] == pytest.approx(0.923, abs=1e-3)


def test_patience_and_a_roster_with_breaks() -> None:
    text = said("--patience", "60", "--shrinkage", "0.3", "--target", "90%@15")
    assert "Erlang A" in text
    assert "9 on the roster" in text
    assert "If nobody gave up (Erlang C): 6 operators" in text


def test_too_few_operators_are_shown_with_what_follows() -> None:
    text = said("--operators", "3")
    assert "grows for ever" in text
    assert "the queue grows without end" in text
    assert json.loads(said("--operators", "3", "--json"))["lines_needed"] is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--target", "soon"), "write for example 0.9@15s"),
        (("--target", "1@15s"), "cannot be promised"),
        (("--target", "0@15s"), "cannot be promised"),
        (("--wrap-up", "180"), "a part of --handle-time"),
        (("--handle-time", "0"), "--handle-time"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(more: tuple[str, ...], why: str) -> None:
    assert why in refused(*more)


def test_no_database_and_no_web_server_are_loaded_for_it() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from ct112.cli.main import app\n"
        f"assert CliRunner().invoke(app, {BUSY_HOUR!r}).exit_code == 0\n"
        "print(sorted({'sqlalchemy', 'aiohttp', 'alembic', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
