"""The page about the metrics says what the code exports, all of it."""

from ct112 import metrics
from tests.monitoring import draw_metrics
from tests.monitoring.rules import samples


def test_the_page_is_up_to_date() -> None:
    """If this fails: PYTHONPATH=src:. python -m tests.monitoring.draw_metrics, and look at what changed."""
    assert draw_metrics.PAGE.read_text("utf-8") == draw_metrics.page()


def test_every_metric_has_its_line_once() -> None:
    lines = draw_metrics.page().splitlines()
    for one in metrics.everything():
        (family,) = one.describe()
        names = list(samples(one))
        name = family.name if len(names) > 1 else names[0]
        assert sum(line.startswith(f"| `{name}` |") for line in lines) == 1, name


def test_every_metric_says_what_it_is() -> None:
    assert not [one for one in metrics.everything() if len(next(iter(one.describe())).documentation) < 15]
