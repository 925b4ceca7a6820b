"""The settings in force: what the database says, as far as it makes sense; else what was good before."""

from ct112 import logs, metrics
from ct112.core.policy import Policy
from ct112.core.settings import SettingError, applied
from ct112.serve.known import LiveSettings

log = logs.get("settings")


class SettingsInForce:
    """The policy the floor goes by, and the version that made it. `refused`: why a newer one did not."""

    def __init__(self, base: Policy) -> None:
        """Begin with `base`: what the process is started with."""
        self._base = base
        self._refused: LiveSettings | None = None
        self.policy = base
        self.version = 0
        self.refused = ""

    def fit(self, live: LiveSettings | None) -> bool:
        """Return whether these can be taken."""
        return not self._fault(live)

    def take(self, live: LiveSettings | None) -> bool:
        """Go by these; by what is in force as before, and say so once, when they make no sense."""
        fault = self._fault(live)
        if fault and live is not None:
            self._refuse(live, fault)
            return False
        values, version = ({}, 0) if live is None else (live.values, live.version)
        if version != self.version:
            log.info("settings are in force", version=version)
        self.policy, self.version = applied(self._base, values), version
        self.refused, self._refused = "", None
        metrics.settings_version.set(version)
        metrics.settings_refused.set(0)
        return True

    def __str__(self) -> str:
        """Return it in words."""
        now = f"version {self.version} is in force" if self.version else "as the process was started"
        return f"{self.refused}; {now}" if self.refused else now

    def _fault(self, live: LiveSettings | None) -> str:
        try:
            applied(self._base, {} if live is None else live.values)
        except SettingError as error:
            return str(error)
        return ""

    def _refuse(self, live: LiveSettings, fault: str) -> None:
        if live == self._refused:
            return
        self._refused = live
        self.refused = f"version {live.version} is refused: {fault}"
        metrics.settings_refused.set(1)
        log.error(
            "settings are refused, those before stay in force: set them again (ct112 setting set)",
            version=live.version,
            in_force=self.version,
            reason=fault,
        )
