"""The only place with SQL: records, facts, roster, IVR versions, and the journal on its spool."""

from ct112.store.aside import NAME as ASIDE
from ct112.store.aside import Kept, kept_aside
from ct112.store.callbacks import CallbackError, Task, TaskPage
from ct112.store.database import Store
from ct112.store.faults import RowRefused, StoreUnavailable, explain
from ct112.store.ivr_versions import StoredIvr
from ct112.store.journal import DatabaseJournal
from ct112.store.reports import StoredCall, StoredFact, UnknownCall, Wanted
from ct112.store.roster import OperatorRow, RosterError, RosterRow
from ct112.store.spool_journal import FactLog, SpoolJournal, open_journal

__all__ = [
    "ASIDE",
    "CallbackError",
    "DatabaseJournal",
    "FactLog",
    "Kept",
    "OperatorRow",
    "RosterError",
    "RosterRow",
    "RowRefused",
    "SpoolJournal",
    "Store",
    "StoreUnavailable",
    "StoredCall",
    "StoredFact",
    "StoredIvr",
    "Task",
    "TaskPage",
    "UnknownCall",
    "Wanted",
    "explain",
    "kept_aside",
    "open_journal",
]
