"""Writes monitoring/ct112.dashboard.json: `PYTHONPATH=src:. python -m tests.monitoring.draw_dashboard`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lab.prometheus import MONITORING

FILE = MONITORING / "ct112.dashboard.json"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDE = 24  # columns of Grafana's grid


@dataclass(frozen=True)
class Panel:
    """One picture: what is asked, each with its legend. `good`: for a number, from where on it is green."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    good: float | None = None
    below: bool = False  # green is below `good`, not from it on


def stat(title: str, query: str, good: float, *, below: bool = False, unit: str = "short") -> Panel:
    """Return a number, green when it is as it should be."""
    return Panel(title, ((query, ""),), unit=unit, kind="stat", width=4, good=good, below=below)


def quantiles(metric: str, by: str = "") -> tuple[tuple[str, str], ...]:
    """Return half and nearly all of a histogram's observations."""
    labels = f"{by}, le" if by else "le"
    legend = f" {{{{{by}}}}}" if by else ""
    return tuple(
        (f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket[5m])))", f"{name}{legend}")
        for share, name in ((0.5, "half"), (0.9, "90 %"), (0.99, "99 %"))
    )


ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Now",
        (
            stat("Handles calls", 'min(ct112_ready{job="ct112-serve"}) or vector(0)', 1),
            stat("On duty", "max(ct112_operators_on_duty)", 1),
            stat("Longest wait", "max(ct112_longest_wait_seconds)", 15, below=True, unit="s"),
            stat("Phones (node with fewest)", "min(ct112_phones_registered)", 1),
            stat("Carrier answers", "min(ct112_trunk_reached)", 1),
            stat("In the fallback", "sum(ct112_fallback_calls) or vector(0)", 1, below=True),
            Panel(
                "Alarms",
                (('ALERTS{alertname!="",alertstate="firing"}', "{{alertname}} {{node}}{{folder}}{{task}}"),),
                kind="table",
                width=12,
            ),
            Panel("Parts that are not well", (("ct112_part_ok == 0", "{{job}}: {{part}}"),), width=12),
        ),
    ),
    (
        "Calls",
        (
            Panel("Live, by state", (("sum by (state) (ct112_calls_live)", "{{state}}"),)),
            Panel("Operators, by state", (("sum by (state) (ct112_operators)", "{{state}}"),)),
            Panel(
                "Arrivals a minute",
                (("sum by (node) (rate(ct112_calls_arrived_total[5m])) * 60", "{{node}}"),),
            ),
            Panel("Arrival to a person", quantiles("ct112_answer_seconds"), "s"),
            Panel("Arrival to the menu", quantiles("ct112_pick_up_seconds"), "s"),
            Panel(
                "Ended in the last hour",
                (("sum by (outcome) (increase(ct112_calls_ended_total[1h]))", "{{outcome}}"),),
            ),
            Panel(
                "People",
                (
                    ("max(ct112_operators_on_duty)", "on duty"),
                    ("max(ct112_operators_planned)", "planned"),
                    ("max(ct112_operators_missing)", "missing"),
                    ("max(ct112_operators_without_phone)", "without a phone"),
                ),
            ),
            Panel("Longest wait", (("max(ct112_longest_wait_seconds)", "waits"),), "s"),
            Panel(
                "Call-backs",
                (
                    ("max(ct112_callbacks_waiting)", "open"),
                    ("max(ct112_callbacks_due)", "due"),
                    ("max(ct112_callbacks_overdue)", "overdue emergencies"),
                ),
            ),
        ),
    ),
    (
        "Exchange",
        (
            Panel("Links", (("ct112_link_up", "{{node}} {{link}}"),)),
            Panel("Event waits for the floor", quantiles("ct112_inbox_lag_seconds"), "s"),
            Panel("Event is behind, by node", quantiles("ct112_ari_event_age_seconds", "node"), "s"),
            Panel("ARI request to reply", quantiles("ct112_ari_request_seconds", "node"), "s"),
            Panel("Phones by node", (("ct112_phones_registered", "{{node}}"),)),
            Panel(
                "Clock of a node, ahead of ct112's", (("ct112_node_clock_offset_seconds", "{{node}}"),), "s"
            ),
        ),
    ),
    (
        "Data",
        (
            Panel("Waits on the disk for the database", (("max(ct112_spool_waiting)", "entries"),)),
            Panel("The database is behind", (("max(ct112_spool_behind_seconds)", "since"),), "s"),
            Panel("A commit of the spool", quantiles("ct112_spool_commit_seconds"), "s"),
            Panel(
                "Room on the disks",
                (("ct112_disk_free_bytes / ct112_disk_size_bytes", "{{folder}}"),),
                "percentunit",
            ),
            Panel(
                "A job of the worker",
                (("rate(ct112_job_seconds_sum[5m]) / rate(ct112_job_seconds_count[5m])", "{{name}}"),),
                "s",
            ),
            Panel("Audit, oldest row without a seal", (("max(ct112_audit_unsealed_seconds)", "waits"),), "s"),
        ),
    ),
    (
        "Processes",
        (
            Panel(
                "Processor",
                (('rate(process_cpu_seconds_total{job=~"ct112-.+"}[5m])', "{{job}}"),),
                "percentunit",
            ),
            Panel("Memory", (('process_resident_memory_bytes{job=~"ct112-.+"}', "{{job}}"),), "bytes"),
            Panel(
                "Live pages",
                (("max(ct112_live_clients)", "pages"), ("max(ct112_feed_readers)", "readers of the feed")),
            ),
        ),
    ),
)


def panels() -> Iterator[Panel]:
    """Yield every panel."""
    for _, row in ROWS:
        yield from row


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it."""
    return {
        "title": "ct112",
        "uid": "ct112",
        "schemaVersion": 38,
        "version": 1,
        "editable": True,
        "refresh": "10s",
        "timezone": "browser",
        "time": {"from": "now-3h", "to": "now"},
        "tags": ["ct112"],
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": list(_placed()),
    }


def _placed() -> Iterator[dict[str, Any]]:
    """Yield rows and panels, placed from left to right."""
    number, top = 1, 0
    for title, row in ROWS:
        place = {"x": 0, "y": top, "w": WIDE, "h": 1}
        yield {
            "id": number,
            "type": "row",
            "title": title,
            "collapsed": False,
            "gridPos": place,
            "panels": [],
        }
        number, top, left, height = number + 1, top + 1, 0, 0
        for panel in row:
            if left + panel.width > WIDE:
                left, top = 0, top + height
            height = 4 if panel.kind == "stat" else 8
            yield _panel(panel, number, {"x": left, "y": top, "w": panel.width, "h": height})
            number, left = number + 1, left + panel.width
        top += height


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    instant = panel.kind in ("stat", "table")
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}} if panel.kind == "stat" else {},
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": SOURCE,
                "expr": expression,
                "legendFormat": legend,
                "instant": instant,
                "format": "table" if panel.kind == "table" else "time_series",
            }
            for index, (expression, legend) in enumerate(panel.queries)
        ],
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    if panel.good is None:
        return {"unit": panel.unit, "min": 0} if panel.unit != "s" else {"unit": panel.unit}
    colours = ("green", "red") if panel.below else ("red", "green")
    steps = [{"color": colours[0], "value": None}, {"color": colours[1], "value": panel.good}]
    return {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}


def text() -> str:
    """Return the file's text."""
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
