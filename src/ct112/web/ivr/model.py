"""The menu as the API shows it."""

from ct112.web.values import Shown


class IvrSettings(Shown):
    """What a document is judged by here: the command that publishes compares."""

    recordings_dir: str | None
    state_dir: str
    emergency_limit_seconds: float
