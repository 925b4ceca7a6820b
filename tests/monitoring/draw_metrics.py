"""Writes docs/metrics.md from metrics.py. Run `PYTHONPATH=src:. python -m tests.monitoring.draw_metrics`."""

from collections.abc import Iterable
from pathlib import Path

from ct112 import metrics
from tests.monitoring.rules import named, rules, samples

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
HEAD = """\
# Metrics

Made from `src/ct112/metrics.py` by `PYTHONPATH=src:. python -m tests.monitoring.draw_metrics`. Don't
edit; a test fails when it is old. `GET /metrics` of each process has those of that process, and Python's
own (`process_…`, `python_…`). None has a number, a name, a place or an address in it. A histogram has
`_bucket`, `_sum` and `_count`. A metric with labels appears when there is something to tell. What each
alarm means: [runbook](runbook.md#alarms)."""


def page() -> str:
    """Return the page."""
    return "\n".join(lines()) + "\n"


def lines() -> Iterable[str]:
    """Yield the lines of the page, a table for each process."""
    yield HEAD
    alarms = {name: rule.name for rule in reversed(rules()) for name in named(rule.expression)}
    titles = {"serve": "`ct112 serve`", "web": "`ct112 web`", "worker": "`ct112 worker`"}
    for process, some in {"each process": metrics.SHARED, **by_process()}.items():
        yield f"\n## {titles.get(process, 'Each process')}\n"
        yield "| metric | kind | labels | what it says | alarm |"
        yield "|---|---|---|---|---|"
        for one in sorted(some, key=lambda one: next(iter(samples(one)))):
            yield row(one, alarms)


def by_process() -> dict[str, list[object]]:
    """Return the metrics of one process alone."""
    others = {one for some in metrics.OWN.values() for one in some} | set(metrics.SHARED)
    serve: list[object] = [one for one in metrics.everything() if one not in others]
    return {"serve": serve, **{name: list(some) for name, some in metrics.OWN.items()}}


def row(metric: object, alarms: dict[str, str]) -> str:
    """Return a metric's line."""
    (family,) = metric.describe()  # type: ignore[attr-defined]
    names = list(samples(metric))
    name = family.name if len(names) > 1 else names[0]
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # type: ignore[attr-defined]
    alarm = next((alarms[one] for one in names if one in alarms), "")
    return f"| `{name}` | {family.type} | {labels} | {family.documentation} | {alarm} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
