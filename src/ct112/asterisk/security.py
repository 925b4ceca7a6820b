"""Asterisk's security events: each is counted, each source is logged now and then."""

import time
from collections.abc import Mapping

from ct112 import logs, metrics
from ct112.core.ids import NodeName

log = logs.get("security")

USUAL = frozenset({"SuccessfulAuth", "ChallengeSent"})  # every registration has them
QUIET_SECONDS = 10.0
MOST_SOURCES = 1000
LONGEST = 100  # characters of what a stranger says of itself


class SecurityWatch:
    """One node's security events. An attack fills the counter, not the log."""

    def __init__(self, node: NodeName) -> None:
        """Nothing seen yet."""
        self._node = node
        self._last: dict[tuple[str, str], float] = {}

    def take(self, event: Mapping[str, str]) -> None:
        """Count an event (keys in small letters); log it if its source was quiet for a while."""
        kind = event.get("event", "")
        if not kind or kind in USUAL:
            return
        metrics.security_events.labels(node=self._node, event=kind).inc()
        source = event.get("remoteaddress", "")[:LONGEST]
        now = time.monotonic()
        if now - self._last.get((kind, source), -QUIET_SECONDS) < QUIET_SECONDS:
            return
        if len(self._last) >= MOST_SOURCES:
            self._last.clear()
        self._last[kind, source] = now
        log.warning(
            "security event",
            node=self._node,
            event_kind=kind,
            account=event.get("accountid", "")[:LONGEST],
            remote_address=source,
        )
