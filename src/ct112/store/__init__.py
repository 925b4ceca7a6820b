"""The only place with SQL: records, facts, roster, IVR versions, and the journal behind the calls."""

from ct112.store.callbacks import CallbackError, Task
from ct112.store.database import Store
from ct112.store.faults import StoreUnavailable
from ct112.store.ivr_versions import StoredIvr
from ct112.store.journal import DatabaseJournal
from ct112.store.reports import StoredCall, StoredFact, UnknownCall, Wanted
from ct112.store.roster import OperatorRow, RosterError, RosterRow

__all__ = [
    "CallbackError",
    "DatabaseJournal",
    "OperatorRow",
    "RosterError",
    "RosterRow",
    "Store",
    "StoreUnavailable",
    "StoredCall",
    "StoredFact",
    "StoredIvr",
    "Task",
    "UnknownCall",
    "Wanted",
]
