"""The order in which the files of tests run."""

from pathlib import Path

from tests.conftest import HERE, pytest_collection_modifyitems


class Item:
    """A test of a file."""

    def __init__(self, file: str, number: int = 0) -> None:
        self.path = HERE / file
        self.number = number


def test_the_table_names_files_that_are_there() -> None:
    rows = (HERE / "durations.csv").read_text("utf-8").splitlines()[1:]
    assert rows
    assert [row for row in rows if not Path(HERE.parent, row.split(",")[1]).is_file()] == []


def test_the_longest_file_is_first_and_a_file_keeps_its_order() -> None:
    rows = [row.split(",")[1] for row in (HERE / "durations.csv").read_text("utf-8").splitlines()[1:]]
    longest, long = (str(Path(row).relative_to("tests")) for row in (rows[0], rows[-1]))
    short = "test_durations.py"  # not in the table
    items = [Item(short), Item(longest, 1), Item(longest, 2), Item(long)]
    pytest_collection_modifyitems(items)  # type: ignore[arg-type]
    assert [(item.path, item.number) for item in items] == [
        (HERE / longest, 1),
        (HERE / longest, 2),
        (HERE / long, 0),
        (HERE / short, 0),
    ]
