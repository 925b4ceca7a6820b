"""Each alarm is provoked on the real parts, scraped and judged by Debian's Prometheus with the shipped rules.

What takes longer than a test may (an alarm's `for`) is judged by promtool on the values that were scraped.
"""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import packages
from lab.api import Lab
from lab.free_ports import free_base
from lab.prometheus import RULES, Prometheus, program, promtool
from lab.steps import StepFailed
from lab.world import sum_of
from tests.monitoring.provoking import (
    OF_THE_MACHINE,
    Provoked,
    Provoker,
    certificate_of,
    disk_of_its_own,
    people,
    put_certificate,
)
from tests.monitoring.rules import Rule, named, rules
from tests.monitoring.scraped import LONG_SECONDS, STEP, WELL_SECONDS, play

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]
PROVOKED = (
    *("NobodyHandlesCalls", "CallersWaitAndNobodyIsOnDuty", "NobodyOnDuty", "FewPeopleOnDuty"),
    *("CallerWaitsLong", "PhonesGone", "OperatorWithoutPhone", "TrunkAway", "CallsInFallback"),
    *("NodeAway", "DatabaseAway", "DatabaseBehind", "SpoolGrows", "SpoolFails", "JobWaits"),
    *("DiskFills", "DiskFull", "DiskDoesNotAnswer", "FallbackFilesUnusable"),
    *("TestCallFails", "CertificateEnds", "CertificateEndsNow", "CertificateUnusable"),
    *("EmergencyNotDispatched", "DispatchNotAcknowledged", "AgencyNotReached"),
    *("ScreensAway", "HouseNotKept", "ClocksDiffer", "StartsAgainAndAgain"),
)
AT_ONCE = {
    "CallersWaitAndNobodyIsOnDuty",
    "CallerWaitsLong",
    "NobodyHandlesCalls",
    "StartsAgainAndAgain",
    "TestCallFails",
}


@pytest.fixture(scope="module")
def provoked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provoked]:
    """One lab in which everything goes wrong once; returns how each alarm came."""
    try:
        program("prometheus")
        packages.ensure("faketime", "faketime")
    except StepFailed as missing:
        pytest.skip(f"no Prometheus on this machine: {missing.why}")
    folder = tmp_path_factory.mktemp("watched")
    lab = Lab(folder / "lab", free_base())
    put_certificate(certificate_of(lab), 300)
    lab = Lab(folder / "lab", lab.places.ports.base, overrides=overrides(lab))
    with mounted(lab.places.state):
        try:
            lab.up()
            with Prometheus(folder / "prometheus", targets(lab)) as prometheus:
                yield asyncio.run(_provoke(lab, prometheus))
        finally:
            lab.down()
    lab.remove()


def overrides(lab: Lab) -> dict[str, str]:
    """Return the settings of the lab's ct112: it calls itself, and knows of a certificate."""
    return {
        "CT112_RING_SECONDS": "4",
        "CT112_TEST_CALL_MINUTES": "0.05",
        "CT112_ASTERISK_TLS_CERTIFICATE": str(certificate_of(lab)),
    }


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """Have the folder on a disk of its own, or skip where nobody may mount one."""
    with ExitStack() as stack:
        try:
            stack.enter_context(disk_of_its_own(folder))
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no file system can be mounted here, so no disk can be filled: {error}")
        yield


async def _provoke(lab: Lab, prometheus: Prometheus) -> Provoked:
    async with people(lab) as world:
        texts = {job: await world._get(f"http://{at}/metrics") for job, at in targets(lab).items()}
        return await Provoker(world, prometheus, texts).run()


def targets(lab: Lab) -> dict[str, str]:
    """Return where each job of the shipped example scrapes in this lab."""
    ports = lab.places.ports
    places = {"ct112-serve": ports.serve, "ct112-web": ports.web, "ct112-worker": ports.worker}
    return {job: f"127.0.0.1:{port}" for job, port in places.items()}


def rule_of(name: str) -> Rule:
    return next(rule for rule in rules() if rule.name == name)


def test_nothing_is_an_alarm_while_all_is_well(provoked: Provoked) -> None:
    assert set(provoked.active_when_well) <= OF_THE_MACHINE


def test_every_metric_of_a_rule_is_scraped(provoked: Provoked) -> None:
    """The name stands in what a process exports, also where there is nothing to tell yet."""
    text = "\n".join(provoked.scraped.values())
    wanted = {name for rule in rules() for name in named(rule.expression)}
    bare = {name.removesuffix("_bucket").removesuffix("_total") for name in wanted}
    assert not {name for name in bare if f"# HELP {name}" not in text}


def test_every_picture_of_the_dashboard_shows_something(provoked: Provoked) -> None:
    assert not [query for query, series in provoked.pictures.items() if not series]


def test_a_clock_that_is_kept_by_nobody_is_scraped_as_such(provoked: Provoked) -> None:
    said = sum_of(provoked.scraped["ct112-serve"], "ct112_clock_synchronised", {})
    assert ("ClockNotSynchronised" in provoked.active_when_well) == (said == 0)


@pytest.mark.parametrize("name", PROVOKED)
def test_an_alarm_comes_when_it_is_provoked(provoked: Provoked, name: str) -> None:
    seen = provoked.seen[name]
    if name in AT_ONCE:
        assert seen.state == "firing"


@pytest.mark.parametrize("name", PROVOKED)
def test_what_was_scraped_is_an_alarm_once_its_time_is_over_and_not_before(
    provoked: Provoked, name: str, tmp_path: Path
) -> None:
    rule, moments = rule_of(name), provoked.seen[name].moments
    series, again = play(rule, provoked.well, moments)
    wrong_at = again - LONG_SECONDS
    looks_back = "[" in rule.expression
    late = 140 if looks_back and len(moments) == 1 else 4 * STEP  # with one moment its window fills slowly
    expected = [(WELL_SECONDS - STEP, 0), (wrong_at + rule.for_seconds + late, 1)]
    if len(moments) == 1:
        expected.append((WELL_SECONDS + rule.for_seconds - STEP, 0))
    if not looks_back:
        expected.append((again + 2 * STEP, 0))
    done = judged(tmp_path, rule, [{"series": one.series, "values": one.values} for one in series], expected)
    assert done == "", done


def judged(folder: Path, rule: Rule, series: list[dict[str, str]], expected: list[tuple[int, int]]) -> str:
    """Return what promtool finds wrong: at each of these seconds the alarm is there (1) or not (0)."""
    test: dict[str, Any] = {
        "interval": f"{STEP}s",
        "input_series": series,
        "promql_expr_test": [
            {
                "expr": f'max(ALERTS{{alertname="{rule.name}",alertstate="firing"}}) or vector(0)',
                "eval_time": f"{at}s",
                "exp_samples": [{"labels": "{}", "value": value}],
            }
            for at, value in expected
        ],
    }
    file = folder / "test.yml"
    file.write_text(
        yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "5s", "tests": [test]})
    )
    done = promtool("test", "rules", str(file))
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-2000:]
