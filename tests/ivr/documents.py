"""Documents to spoil: the smallest good one, and what is done to it."""

from pathlib import Path

from ct112.ivr import Draft, load
from ct112.prompts.library import PromptLibrary

SMALL = """\
languages: [id]
start: main
waiting:
  id: Mohon tunggu.
nodes:
  main:
    type: menu
    say:
      id: Darurat tekan 1, informasi 2.
    wait: 2
    tries: 2
    choices:
      1: emergency
      2: hours
    silence: emergency
    invalid: emergency
  hours:
    type: schedule
    hours:
      - days: [mon, tue, wed, thu, fri]
        from: 08:00
        to: 16:00
    open: about
    closed: question
  about:
    type: information
    say:
      id: Kantor buka.
    wait: 1
    next: question
  question:
    type: queue
    class: information
  emergency:
    type: queue
    class: emergency
"""


def line_of(text: str, part: str) -> int:
    """The line (from 1) of the first that has `part`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def draft(text: str = SMALL) -> Draft:
    """The draft of a good document."""
    return load(text, name="menu.yaml")


def library(folder: Path) -> PromptLibrary:
    """A library without recordings."""
    return PromptLibrary(folder / "prompts")
