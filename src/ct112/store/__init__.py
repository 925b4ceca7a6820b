"""The only place with SQL: records, facts, roster, IVR versions, and the journal on its spool."""

from ct112.store.callbacks import CallbackError, Task
from ct112.store.database import Store
from ct112.store.faults import StoreUnavailable
from ct112.store.ivr_versions import StoredIvr
from ct112.store.journal import DatabaseJournal
from ct112.store.reports import StoredCall, StoredFact, UnknownCall, Wanted
from ct112.store.roster import OperatorRow, RosterError, RosterRow
from ct112.store.spool_journal import FactLog, SpoolJournal, open_journal

__all__ = [
    "CallbackError",
    "DatabaseJournal",
    "FactLog",
    "OperatorRow",
    "RosterError",
    "RosterRow",
    "SpoolJournal",
    "Store",
    "StoreUnavailable",
    "StoredCall",
    "StoredFact",
    "StoredIvr",
    "Task",
    "UnknownCall",
    "Wanted",
    "open_journal",
]
