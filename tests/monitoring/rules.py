"""The shipped rules as data, and what they name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import yaml
from prometheus_client import Counter, Histogram

from ct112 import metrics
from lab.prometheus import RULES

NAMED = re.compile(r"\b(?:ct112_[a-z0-9_]+|process_[a-z_]+|python_[a-z_]+)\b")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SEVERITIES = {"critical", "warning"}


@dataclass(frozen=True)
class Rule:
    """One alarm."""

    name: str
    expression: str
    for_seconds: int
    severity: str
    summary: str
    runbook: str


@cache
def rules() -> tuple[Rule, ...]:
    """Return the shipped rules."""
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return tuple(
        Rule(
            name=one["alert"],
            expression=one["expr"],
            for_seconds=seconds(one.get("for", "0s")),
            severity=one["labels"]["severity"],
            summary=one["annotations"]["summary"],
            runbook=one["annotations"]["runbook_url"],
        )
        for group in groups
        for one in group["rules"]
    )


def seconds(text: str) -> int:
    """Return a time like "5m" in seconds."""
    return int(text[:-1]) * UNITS[text[-1]]


def named(expression: str) -> set[str]:
    """Return the metrics an expression names, as they are exported."""
    return set(NAMED.findall(expression))


def exported() -> set[str]:
    """Return every name a sample of ours can have, and those of Python and its process that we use."""
    names = {"process_start_time_seconds", "process_resident_memory_bytes", "process_cpu_seconds_total"}
    for one in metrics.everything():
        names |= set(samples(one))
    return names


def samples(metric: object) -> Iterable[str]:
    """Return the names of a metric's samples."""
    (family,) = metric.describe()  # type: ignore[attr-defined]
    if isinstance(metric, Histogram):
        return (f"{family.name}_bucket", f"{family.name}_sum", f"{family.name}_count")
    return (f"{family.name}_total",) if isinstance(metric, Counter) else (family.name,)
