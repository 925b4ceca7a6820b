"""Routing documents: YAML in, checked with every problem's line, made into a book that can be asked."""

from ct112.ivr.problems import Problem
from ct112.routing.checking import Report, check, every_problem
from ct112.routing.loading import Draft

__all__ = ["Draft", "Problem", "Report", "check", "every_problem"]
