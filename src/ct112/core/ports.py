"""What the switchboard needs of the world. Nothing here waits: results come back as events."""

from collections.abc import Callable
from typing import Protocol

from ct112.core.commands import AgencyCallDone, Answered, CallbackDone, TelephoneCommand
from ct112.core.events import Event
from ct112.core.outbox import Outbox
from ct112.core.record import CallRecord, Fact

Post = Callable[[Event], None]
"""Put an event into the switchboard's inbox; never waits, never drops."""


class Clock(Protocol):
    """Where `now` comes from."""

    def now(self) -> float:
        """Return epoch seconds UTC that never step backwards."""
        ...


class Telephone(Protocol):
    """Carries out telephone commands. A failure comes back as an event."""

    def do(self, command: TelephoneCommand) -> None:
        """Start carrying `command` out and return at once."""
        ...


class Journal(Protocol):
    """Keeps records and facts."""

    def save(self, record: CallRecord) -> None:
        """Keep the record; return at once, whatever the database does."""
        ...

    def note(self, fact: Fact) -> None:
        """Keep the fact; return at once, whatever the database does."""
        ...


class Callbacks(Protocol):
    """Notes how call-backs went."""

    def done(self, result: CallbackDone) -> None:
        """Keep the result; return at once, whatever the database does."""
        ...


class AgencyCalls(Protocol):
    """Notes how calls to agencies went."""

    def done(self, result: AgencyCallDone) -> None:
        """Keep the outcome; return at once, whatever the disk does."""
        ...


class Answers(Protocol):
    """Passes answers on to whoever asked."""

    def answered(self, answer: Answered) -> None:
        """Pass the answer on; return at once, whether or not anybody still waits for it."""
        ...


class Audience(Protocol):
    """Whoever wants to see facts as they are written down (log)."""

    def tell(self, fact: Fact) -> None:
        """Show the fact; return at once."""
        ...


class Watcher(Protocol):
    """Shows what changes on the floor to whoever looks on."""

    def stepped(self, outbox: Outbox) -> None:
        """Show what one step changed; return at once, and leave the outbox as it is."""
        ...
