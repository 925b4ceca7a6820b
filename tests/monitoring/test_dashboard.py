"""The dashboard is what its generator says, on metrics that exist, in words Prometheus understands."""

import json
from pathlib import Path

import pytest
import yaml

from lab.prometheus import promtool
from lab.steps import StepFailed
from tests.monitoring import draw_dashboard
from tests.monitoring.rules import exported, named

QUERIES = [query for panel in draw_dashboard.panels() for query, _ in panel.queries]


def test_the_file_is_up_to_date() -> None:
    """If this fails: PYTHONPATH=src:. python -m tests.monitoring.draw_dashboard."""
    assert draw_dashboard.FILE.read_text("utf-8") == draw_dashboard.text()


@pytest.mark.parametrize("query", QUERIES)
def test_a_picture_shows_metrics_that_are_there(query: str) -> None:
    assert named(query) <= exported() | {"process_resident_memory_bytes"}
    assert named(query) or "ALERTS" in query


def test_prometheus_understands_every_query(tmp_path: Path) -> None:
    try:
        promtool("--version")
    except StepFailed as missing:
        pytest.skip(f"no promtool on this machine: {missing.why}")
    rules = [{"record": f"picture:{number}", "expr": query} for number, query in enumerate(QUERIES)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "pictures", "rules": rules}]}))
    done = promtool("check", "rules", str(file))
    assert done.returncode == 0, done.stderr


def test_no_picture_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(draw_dashboard.text())["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= draw_dashboard.WIDE, panel["title"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_number_and_picture_has_its_own_id() -> None:
    ids = [panel["id"] for panel in json.loads(draw_dashboard.text())["panels"]]
    assert len(ids) == len(set(ids))
