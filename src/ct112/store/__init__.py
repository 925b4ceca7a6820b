"""The only place with SQL: records, facts, people, IVR versions, and the journal on its spool."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ct112.store.aside import NAME as ASIDE
    from ct112.store.aside import Kept, kept_aside
    from ct112.store.callbacks import CallbackError, Task
    from ct112.store.calls import CallQuery, StoredCall
    from ct112.store.database import Store
    from ct112.store.engine import Connection
    from ct112.store.facts import StoredFact
    from ct112.store.faults import RowRefused, Stale, StoreUnavailable, explain
    from ct112.store.ids import UnknownCall
    from ct112.store.ivr_versions import StoredIvr
    from ct112.store.journal import DatabaseJournal
    from ct112.store.names import PeopleError, PeopleTaken, PeopleUnknown
    from ct112.store.pages import BadCursor, Page
    from ct112.store.ports import TelephoneStore
    from ct112.store.spool_journal import FactLog, SpoolJournal, open_journal

__all__ = [
    "ASIDE",
    "BadCursor",
    "CallQuery",
    "CallbackError",
    "Connection",
    "DatabaseJournal",
    "FactLog",
    "Kept",
    "Page",
    "PeopleError",
    "PeopleTaken",
    "PeopleUnknown",
    "RowRefused",
    "SpoolJournal",
    "Stale",
    "Store",
    "StoreUnavailable",
    "StoredCall",
    "StoredFact",
    "StoredIvr",
    "Task",
    "TelephoneStore",
    "UnknownCall",
    "explain",
    "kept_aside",
    "open_journal",
]

_WHERE = {
    "Kept": "aside",
    "kept_aside": "aside",
    "CallbackError": "callbacks",
    "Task": "callbacks",
    "Store": "database",
    "Connection": "engine",
    "RowRefused": "faults",
    "Stale": "faults",
    "StoreUnavailable": "faults",
    "explain": "faults",
    "StoredIvr": "ivr_versions",
    "DatabaseJournal": "journal",
    "StoredCall": "calls",
    "StoredFact": "facts",
    "UnknownCall": "ids",
    "CallQuery": "calls",
    "BadCursor": "pages",
    "Page": "pages",
    "TelephoneStore": "ports",
    "PeopleError": "names",
    "PeopleTaken": "names",
    "PeopleUnknown": "names",
    "FactLog": "spool_journal",
    "SpoolJournal": "spool_journal",
    "open_journal": "spool_journal",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for: SQLAlchemy takes longer than most commands may."""
    if name == "ASIDE":
        return import_module("ct112.store.aside").NAME
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"ct112.store.{_WHERE[name]}"), name)
