"""Wall time that never steps backwards."""

import time


class SteadyClock:
    """Epoch seconds taken once at the start and carried on by the monotonic clock.

    A correction of the machine's clock during a call neither fires nor delays a deadline. The price:
    times drift from the corrected clock until the next restart (NTP slewing keeps that to milliseconds).
    """

    def __init__(self) -> None:
        """Anchor the clock now."""
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Return epoch seconds UTC."""
        return self._offset + time.monotonic()
