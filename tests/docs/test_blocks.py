"""Every command in the pages an engineer follows is run by a test, or says why it is not."""

import subprocess
from pathlib import Path

import pytest

from tests.docs.blocks import DOCS, MARKED_PAGES, blocks, faults, script

TESTS = Path(__file__).parents[1]
PAGES = [DOCS / name for name in MARKED_PAGES if (DOCS / name).exists()]
EXAMPLE = """\
# A page

<!-- run: first-test -->
```sh
echo one 192.0.2.10
```

1. In a list:

   <!-- run: first-test -->
   ```sh
   cat <<END
     two
   END
   ```

<!-- not run: it asks a person -->
```sh
passwd
```

```sh
echo unmarked
```

```ini
[not commands]
```

<!-- run: No Name -->
```sh
true
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Write the example."""
    (tmp_path / "page.md").write_text(EXAMPLE, "utf-8")
    return tmp_path / "page.md"


def test_every_block_is_run_or_says_why_not() -> None:
    assert [fault for page in PAGES for fault in faults(page, TESTS)] == []


def test_the_blocks_of_a_name_are_one_script(page: Path) -> None:
    text = script(page, "first-test", {"192.0.2.10": "127.0.0.2"})
    result = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=True)
    assert result.stdout == "one 127.0.0.2\n  two\n"


def test_a_script_ends_at_the_first_command_that_fails(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("<!-- run: a -->\n```sh\nfalse\necho on\n```\n", "utf-8")
    result = subprocess.run(
        ["bash", "-c", script(tmp_path / "page.md", "a")], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")


def test_blocks_that_are_not_asked_for_are_seen(page: Path) -> None:
    assert [block.runner for block in blocks(page)] == ["first-test", "first-test", None, None, "No Name"]
    assert faults(page, page.parent) == [
        'page.md:4: no test asks for "first-test"',
        'page.md:11: no test asks for "first-test"',
        "page.md:22: no marker before the block",
        "page.md:31: 'No Name' is no name: small letters, digits and '-'",
    ]


def test_an_example_or_a_name_that_is_not_there_is_an_error(page: Path) -> None:
    with pytest.raises(LookupError, match=r"198\.51"):
        script(page, "first-test", {"198.51.100.1": "127.0.0.2"})
    with pytest.raises(LookupError, match="no block marked"):
        script(page, "another-test")
