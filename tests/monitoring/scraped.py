"""What Prometheus scraped at a moment, and moments played again, slowly, as promtool's series."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.prometheus import Prometheus
from tests.monitoring.rules import Rule, named

EVERYTHING = '{__name__=~"ct112_.*|up|process_start_time_seconds"}'
STEP = 5  # seconds between two samples that are played again
WELL_SECONDS, BETWEEN_SECONDS, LONG_SECONDS = 120, 60, 2400


@dataclass(frozen=True)
class Moment:
    """Every series at one time (epoch seconds): its name with labels → its value."""

    at: float
    values: Mapping[str, float]

    @classmethod
    def now(cls, prometheus: Prometheus) -> "Moment":
        """Return what was scraped last."""
        found = prometheus.query(EVERYTHING)
        return cls(
            at=float(found[0]["value"][0]),
            values={_series(one["metric"]): float(one["value"][1]) for one in found},
        )

    def of(self, rule: Rule) -> set[str]:
        """Return the series this rule looks at, and whether each process was there."""
        wanted = named(rule.expression) | {"up"}
        return {series for series in self.values if series.partition("{")[0] in wanted}

    def started(self, job: str) -> float | None:
        """Return when this job's process was started, in epoch seconds; None: it was not scraped."""
        starts = (name for name in self.values if name.startswith("process_start_time_seconds{"))
        return next((self.values[name] for name in starts if f'job="{job}"' in name), None)


@dataclass(frozen=True)
class Played:
    """One series in promtool's words, and how many seconds of it there are."""

    series: str
    values: str


def play(rule: Rule, well: Moment, wrong: Sequence[Moment]) -> tuple[list[Played], int]:
    """Return the rule's series: two minutes well, each wrong moment for a minute, the last for long; well.

    Also returns the second from which all is well again.
    """
    moments = [well, *wrong, well]
    between = [BETWEEN_SECONDS] * (len(wrong) - 1)
    lasts = [WELL_SECONDS, *between, LONG_SECONDS, LONG_SECONDS]
    names = sorted(set().union(*(moment.of(rule) for moment in moments)))
    series = [Played(name, " ".join(_values(name, moments, lasts, well.at))) for name in names]
    return series, sum(lasts[:-1])


def _values(name: str, moments: Sequence[Moment], lasts: Sequence[int], start: float) -> Iterable[str]:
    """Yield a series' values; a series that is not there any more is stale, as after a failed scrape."""
    there = False
    for moment, seconds in zip(moments, lasts, strict=True):
        count, value = seconds // STEP, moment.values.get(name)
        if value is None:
            yield f"stale _x{count - 1}" if there else f"_x{count}"
        else:
            shift = start if "_timestamp_seconds{" in name else 0.0  # promtool's clock begins at 0
            yield f"{value - shift!r}+0x{count - 1}"
        there = value is not None


def _series(metric: Mapping[str, str]) -> str:
    labels = ",".join(f'{key}="{text}"' for key, text in sorted(metric.items()) if key != "__name__")
    return f"{metric['__name__']}{{{re.sub(chr(10), ' ', labels)}}}"
