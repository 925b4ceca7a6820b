"""What each figure of the statistics means, and where that comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure by its name, in words, and who says so."""

    figure: str
    meaning: str
    source: str


OURS = "ct112"
NENA = "NENA-STA-020.1"
NFPA = "NFPA 1225"
NATIONAL = "national target, 15 minutes"
DEFINITIONS = (
    Definition("calls", "calls that arrived in the span, blocked ones not counted", OURS),
    Definition("answered", "of these, calls a person answered; the menu is no person", NENA),
    Definition("abandoned", "of these, calls whose caller left before a person answered", NENA),
    Definition("within_10_s", "answered at most 10 s after arrival; 90 % wanted", NFPA),
    Definition("within_15_s", "answered at most 15 s after arrival; 90 % wanted", NENA),
    Definition("within_20_s", "answered at most 20 s after arrival; 95 % wanted", NENA),
    Definition("answer_mean_seconds, answer_p90_seconds", "from arrival to a person's answer", NENA),
    Definition("incidents", "incidents opened in the span; one merged into another is not counted", OURS),
    Definition("closed", "of these, closed by now", OURS),
    Definition("dispatched", "of these, some agency was asked to act", OURS),
    Definition(
        "dispatched_within_60_s",
        "first agency asked at most 60 s after the first call about it was answered",
        NFPA,
    ),
    Definition("dispatched_after_answer", "asked at or after that answer; opened by hand: not counted", OURS),
    Definition("reached", "some agency said it was on the scene", OURS),
    Definition(
        "reached_within_15_min",
        "first agency on the scene at most 15 minutes after the first call arrived or it was opened,"
        " whichever came first",
        NATIONAL,
    ),
    Definition("response_mean_seconds, response_p90_seconds", "the same span of time", NATIONAL),
    Definition("asked", "times the agency was asked to act", OURS),
    Definition("acknowledged", "of these, a person there has it", OURS),
    Definition("declined", "of these, declined, and declined still", OURS),
    Definition("acknowledged_mean_seconds, acknowledged_p90_seconds", "from asking to a person there", OURS),
    Definition("on_scene_mean_seconds, on_scene_p90_seconds", "from asking to the scene", OURS),
)
