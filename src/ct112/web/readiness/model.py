"""What `ct112 doctor` finds, as the API shows it."""

from ct112.web.values import Instant, Shown


class CheckView(Shown):
    """A check. `ok` null: it may be meant so; `asked` false: another one says why it cannot hold."""

    name: str
    ok: bool | None
    detail: str
    remedy: str
    asked: bool


class Readiness(Shown):
    """The last examination. `running`: another is under way; `trouble`: why the last one found nothing."""

    running: bool
    at: Instant | None
    trouble: str | None
    checks: tuple[CheckView, ...]
