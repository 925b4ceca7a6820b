"""What was set aside stands in nobody's way, and somebody is told of it."""

from pathlib import Path

from ct112.doctor.examination import Examination
from tests.doctor.test_examination import settings


async def test_what_was_set_aside_is_a_warning_with_its_places(tmp_path: Path) -> None:
    folder = tmp_path / "fallback"
    (folder / "bad").mkdir(parents=True)
    given = settings(tmp_path, fallback_dirs={"a": folder})
    checks = {one.name: one for one in await Examination(given).run()}
    assert (checks["set aside"].ok, checks["set aside"].detail) == (True, "nothing")
    (folder / "bad" / "a-1.entered").touch()
    given.spool_path.parent.mkdir()
    given.spool_path.with_name("aside.jsonl").write_text("{}\n{}\n")
    checks = {one.name: one for one in await Examination(given).run()}
    assert checks["set aside"].ok is None
    assert f"2 rows refused at {given.spool_path.with_name('aside.jsonl')}" in checks["set aside"].detail
    assert f"1 fallback files at {folder / 'bad'}" in checks["set aside"].detail
