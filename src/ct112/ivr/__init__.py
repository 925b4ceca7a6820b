"""IVR documents: YAML in, checked, made into what the core runs; tried without a telephone."""

from ct112.ivr.checking import Report, check, default_text, every_problem, load
from ct112.ivr.compiling import Compiled, compile_document
from ct112.ivr.loading import Draft
from ct112.ivr.problems import IvrError, Problem
from ct112.ivr.simulation import Moment, simulate
from ct112.ivr.timing import Way, ways_to_emergency
from ct112.ivr.trying import Press, Turn, try_out

__all__ = [
    "Compiled",
    "Draft",
    "IvrError",
    "Moment",
    "Press",
    "Problem",
    "Report",
    "Turn",
    "Way",
    "check",
    "compile_document",
    "default_text",
    "every_problem",
    "load",
    "simulate",
    "try_out",
    "ways_to_emergency",
]
