"""For all tests: whoever changes a frozen value is caught. Runs before anything else of ct112 is imported."""

from ct112.core.value import guard_values

guard_values()
