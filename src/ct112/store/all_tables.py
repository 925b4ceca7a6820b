"""Every table of ours: importing this makes `Base.metadata` whole, whichever modules define tables.

Migrations, backups and the registry of personal data go by it: a table none of them knows would be lost.
"""

import pkgutil
from importlib import import_module

import ct112.store
from ct112.store.tables import Base

for _module in pkgutil.iter_modules(ct112.store.__path__):
    if _module.name.endswith("_tables") and _module.name != "all_tables":
        import_module(f"ct112.store.{_module.name}")

TABLES = Base.metadata.tables
