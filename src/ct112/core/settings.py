"""The settings: numbers of the policy that may change while `ct112 serve` runs, and their ranges.

What belongs to the dead-man's switch is not among them: the dialplan arms it with the same seconds before we
hear of a call, and `join_seconds`, `release_seconds` and `ring_grace_seconds` are made to end within it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ct112.core.policy import Policy


@dataclass(frozen=True, slots=True)
class Setting:
    """One of them: its name in the policy, its range in seconds (both ends allowed), and what it does."""

    name: str
    low: float
    high: float
    meaning: str

    def takes(self, value: float) -> bool:
        """Return whether the value is in its range; what is no number is not."""
        return self.low <= value <= self.high

    @property
    def wanted(self) -> str:
        """What may be sent, in words."""
        return f"seconds from {self.low:g} to {self.high:g}"


SETTINGS = (
    Setting("ring_seconds", 5, 60, "so long a position's phone rings before the next one does"),
    Setting("wrap_up_seconds", 0, 600, "so long after a talk an operator gets no call"),
    Setting("rest_seconds", 1, 60, "so long after a missed or declined offer an operator gets no call"),
    Setting("keep_seconds", 2, 20, "a page that went in a talk: so long its desk is kept for the caller"),
    Setting("pick_up_seconds", 2, 10, "from arrival to picked up; longer counts as an emergency"),
    Setting("ivr_limit_seconds", 30, 600, "longest stay in the menu; longer counts as an emergency"),
    Setting(
        "message_after_seconds", 0, 30, "a caller somebody is rung for hears the waiting message after it"
    ),
    Setting("repeat_seconds", 15, 300, "a waiting caller hears the waiting message this often"),
    Setting("patience_seconds", 30, 3600, "an information caller who waited so long counts as urgent"),
    Setting("dial_seconds", 15, 120, "whoever is called back may let it ring so long"),
    Setting("lost_node_free_seconds", 2, 60, "a node lost so long: its operators get other nodes' callers"),
    Setting("lost_node_end_seconds", 30, 3600, "a node lost so long: its calls are closed, and called back"),
)
BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


class SettingError(ValueError):
    """A value that cannot be; `name` says whose, `remedy` what to set instead."""

    def __init__(self, name: str, message: str, remedy: str) -> None:
        super().__init__(f"{name} {message}: {remedy}")
        self.name, self.message, self.remedy = name, message, remedy


def applied(base: Policy, values: Mapping[str, object]) -> Policy:
    """Return the policy with these settings; those not named are as in `base`. Raises SettingError."""
    policy = replace(base, **{name: _checked(name, value) for name, value in values.items()})
    if {"lost_node_free_seconds", "lost_node_end_seconds"} & values.keys() and (
        policy.lost_node_end_seconds <= policy.lost_node_free_seconds
    ):
        least = f"more than lost_node_free_seconds, which is {policy.lost_node_free_seconds:g}"
        raise SettingError("lost_node_end_seconds", "would come before operators are freed", f"set {least}")
    return policy


def taken_over(now: Policy, new: Policy) -> Policy:
    """Return the policy of now with the settings of a new one, and nothing else of it."""
    return replace(now, **{setting.name: getattr(new, setting.name) for setting in SETTINGS})


def _checked(name: str, value: object) -> float:
    setting = BY_NAME.get(name)
    if setting is None:
        shown, known = ascii(name)[1:80].rstrip("'"), ", ".join(BY_NAME)
        raise SettingError(shown, "is no setting that may change while ct112 serve runs", f"there is {known}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not setting.takes(value):
        raise SettingError(name, "is out of its range", f"set {setting.wanted}")
    return float(value)
