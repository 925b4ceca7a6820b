"""Quantiles of what was measured."""

from collections.abc import Sequence


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value below which this part lies; not a number when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")
