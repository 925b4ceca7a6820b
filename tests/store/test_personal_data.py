"""Every column that can hold words has a class, or was looked at: the registry against the tables."""

import pytest
from pydantic import ValidationError
from sqlalchemy import ARRAY, Float, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB

from ct112.settings import AGING, Settings
from ct112.store.all_tables import TABLES
from ct112.store.personal_data import BY_AGE, MEANINGS, REGISTRY, DataClass
from tests.store.once import Once

OURS = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
WORDS = (Text, JSONB, ARRAY, Float, LargeBinary)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_that_can_hold_words_was_looked_at(name: str) -> None:
    table = TABLES[name]
    assert name in REGISTRY, f"{name} has no class: add it to store/personal_data.py"
    kept = REGISTRY[name]
    words = {column.name for column in table.columns if isinstance(column.type, WORDS)}
    assert words == (kept.classes.keys() | kept.plain) & words, words - kept.classes.keys() - kept.plain
    assert kept.classes.keys() | kept.plain | {kept.key} <= set(table.columns.keys())
    assert not kept.classes.keys() & kept.plain


def test_a_table_the_migrations_do_not_make_is_not_in_it() -> None:
    assert REGISTRY.keys() == TABLES.keys()


def test_every_class_is_explained_and_what_ages_can_be_erased() -> None:
    assert MEANINGS.keys() == set(DataClass)
    for kept in REGISTRY.values():
        ages = kept.columns(*BY_AGE)
        columns = TABLES[kept.table].columns
        if kept.at is None:
            assert not ages or kept.table == "erasure_request", f"{kept.table}: say what its age is"
        else:
            assert all(columns[name].nullable or name in kept.blank for name in ages), kept.table


def test_the_settings_know_the_classes_that_age() -> None:
    assert set(BY_AGE) == AGING
    with pytest.raises(ValidationError, match="use caller, event"):
        Settings(_env_file=None, retention_days={"callers": 3})


async def test_a_table_of_the_database_is_in_it(store: Once) -> None:
    async with store.transaction() as connection:
        found = await connection.exec_driver_sql(OURS)
        assert {row[0] for row in found} - {"alembic_version"} == REGISTRY.keys()
