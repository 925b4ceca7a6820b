"""Migrations are one line: numbered from 0001 on, each behind the one before."""

import re
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


def test_migrations_follow_one_another() -> None:
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    assert [file.name[:4] for file in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    for before, file in zip([None, *files], files, strict=False):
        text = file.read_text()
        assert re.search(rf'^revision(: str)? = "{file.name[:4]}"$', text, re.M), file.name
        behind = "None" if before is None else f'"{before.name[:4]}"'
        assert re.search(rf"^down_revision(: [^=]+)? = {behind}$", text, re.M), file.name
