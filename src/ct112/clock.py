"""Two times: one to decide by, which never jumps, and one to write down, as right as the machine's."""

import time


class SteadyClock:
    """`now` is wall time taken once at the start and carried on by the monotonic clock; `wall` is wall time.

    A correction of the machine's clock during a call neither fires nor delays a deadline, and what is written
    from then on has the corrected time: a service that was started an hour fast comes right with its machine.
    """

    def __init__(self) -> None:
        """Anchor the clock now."""
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Return seconds that never step: epoch seconds as the machine saw them at the start, and on."""
        return self._offset + time.monotonic()

    def wall(self) -> float:
        """Return epoch seconds UTC as the machine sees them now; they may be set back or forward."""
        return time.time()
