"""The way of the data through the house: each step, and the line of code that shows it is taken."""

from dataclasses import dataclass

CALLER, ASTERISK, PHONE = "caller", "Asterisk", "operator's phone"
SERVE, WEB, WORKER = "ct112 serve", "ct112 web", "ct112 worker"
SPOOL, DATABASE, SCREEN = "spool on disk", "PostgreSQL", "screens, programs"


@dataclass(frozen=True, slots=True)
class Step:
    """Something goes from one to another. `shown_by`: a module, and one it imports to do so.

    Without `shown_by` it happens outside the code of ours: in Asterisk, or at somebody's desk.
    """

    start: str
    end: str
    what: str
    shown_by: tuple[str, str] | None = None


STEPS = (
    Step(CALLER, ASTERISK, "112 over the SIP trunk"),
    Step(ASTERISK, PHONE, "both legs in a bridge"),
    Step(ASTERISK, SERVE, "events (ARI, AMI)", ("serve.service", "asterisk.telephone")),
    Step(SERVE, ASTERISK, "commands (ARI), prompts", ("serve.service", "serve.door")),
    Step(SERVE, SPOOL, "facts and records, before anybody is told", ("serve.service", "store.spool_journal")),
    Step(SPOOL, DATABASE, "copied when it is there", ("store.spool_journal", "store.journal")),
    Step(DATABASE, SERVE, "positions, operators, menu", ("serve.service", "serve.config_sync")),
    Step(SERVE, WEB, "feed: snapshot, then changes", ("web.process", "control.client")),
    Step(WEB, SERVE, "asks, answered by the floor", ("web.live.routes", "control.client")),
    Step(DATABASE, WEB, "lists and records", ("web.process", "store.database")),
    Step(WEB, SCREEN, "API, live view", ("web.process", "web.app")),
    Step(DATABASE, WORKER, "what is to be done", ("worker.process", "worker.jobs")),
)
"""In the order a call takes them."""
