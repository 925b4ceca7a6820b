"""The shipped rules: valid, each with its paragraph, on metrics that exist, silent and loud in time."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.prometheus import EXAMPLE, RULES, promtool
from lab.steps import StepFailed
from tests.monitoring.made import CASES, UP, WELL
from tests.monitoring.rules import SEVERITIES, exported, named, rules
from tests.test_docs import ROOT, anchors

STEP = 5  # seconds between two evaluations


@pytest.fixture(scope="module", autouse=True)
def _promtool() -> Iterator[None]:
    try:
        promtool("--version")
    except StepFailed as missing:
        pytest.skip(f"no promtool on this machine: {missing.why}")
    return (yield)


def test_prometheus_takes_the_rules_and_the_example() -> None:
    for kind, file in (("rules", RULES), ("config", EXAMPLE)):
        done = promtool("check", kind, str(file))
        assert done.returncode == 0, done.stderr


def test_every_alarm_is_named_once_and_says_what_it_is() -> None:
    names = [rule.name for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule.severity in SEVERITIES, rule.name
        assert len(rule.summary) > 15, rule.name


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_an_alarm_links_a_paragraph_that_is_there(rule: Any) -> None:
    file, _, anchor = rule.runbook.partition("#")
    text = (ROOT / file).read_text("utf-8")
    assert anchor in anchors(text), rule.runbook
    assert f"`{rule.name}`" in paragraph(text, anchor), f"{rule.runbook} does not name {rule.name}"


def paragraph(text: str, anchor: str) -> str:
    """Return what stands under a heading."""
    parts = re.split(r"^(#+ .*)$", text, flags=re.MULTILINE)
    return next(body for head, body in zip(parts[1::2], parts[2::2], strict=True) if anchor in anchors(head))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_an_alarm_asks_for_metrics_that_are_there(rule: Any) -> None:
    assert named(rule.expression) <= exported()


def test_every_alarm_has_its_made_series() -> None:
    assert set(CASES) == {rule.name for rule in rules()}


def test_each_alarm_is_silent_while_all_is_well_and_loud_when_its_time_is_over(tmp_path: Path) -> None:
    """Judged by Debian's promtool on the shipped file."""
    tests = [judged(rule.name, rule.for_seconds, CASES[rule.name]) for rule in rules()]
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "5s", "tests": tests}))
    done = promtool("test", "rules", str(file))
    assert done.returncode == 0, (done.stdout + done.stderr)[:4000]


def judged(name: str, for_seconds: int, series: Mapping[str, str]) -> dict[str, Any]:
    """Return a test of promtool: nothing before the time of the rule is over, one alarm afterwards.

    A rule that looks back needs its window filled: then it may be late by two minutes, never early.
    """
    looks_back = "[" in next(rule.expression for rule in rules() if rule.name == name)
    late = WELL + 2 * STEP if looks_back else 2 * STEP
    given = {**UP, **series}
    return {
        "name": name,
        "interval": f"{STEP}s",
        "input_series": [{"series": key, "values": values} for key, values in given.items()],
        "promql_expr_test": [
            expected(name, WELL - STEP, 0),
            expected(name, WELL + for_seconds - STEP, 0),
            expected(name, WELL + for_seconds + late, 1),
        ],
    }


def expected(name: str, at: int, count: int) -> dict[str, Any]:
    """Return that so many alarms of this name are there at this second."""
    return {
        "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)',
        "eval_time": f"{at}s",
        "exp_samples": [{"labels": "{}", "value": count}],
    }
