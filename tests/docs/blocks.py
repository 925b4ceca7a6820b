"""The commands of a page of docs/, taken out of it to be run: what a reader copies is what a test has run.

A marker stands alone on a line before a fenced `sh` block and says who runs it:

    <!-- run: bare-debian -->          the test of that name runs the block
    <!-- not run: why -->              nobody does, for this reason

A test runs all blocks of its name, in their order, as one script: `script(page, "bare-debian")`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
MARKED_PAGES = ("install.md", "backup.md", "upgrade.md", "carrier.md")
"""Pages in which every block is marked."""
MARKER = re.compile(r"<!-- (?P<not>not )?run: (?P<what>.+?) -->")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FENCE = re.compile(r"^( *)```(\w*)$")


@dataclass(frozen=True)
class Block:
    """A block of commands: where it begins, what it says, and its marker (None: it has none)."""

    page: str
    line: int
    text: str
    marker: re.Match[str] | None

    @property
    def runner(self) -> str | None:
        """Return the name of the test that runs it; None when none does."""
        return None if self.marker is None or self.marker["not"] else self.marker["what"]


def blocks(page: Path) -> list[Block]:
    """Return the `sh` blocks of a page, without the indentation of a list they stand in."""
    lines, found, number = page.read_text("utf-8").splitlines(), list[Block](), 0
    while number < len(lines):
        fence = FENCE.match(lines[number])
        if fence is None:
            number += 1
            continue
        end = next(n for n in range(number + 1, len(lines)) if lines[n].strip() == "```")
        if fence[2] == "sh":
            text = "\n".join(line.removeprefix(fence[1]) for line in lines[number + 1 : end])
            before = MARKER.fullmatch(lines[number - 1].strip()) if number else None
            found.append(Block(page.name, number + 1, text, before))
        number = end + 1
    return found


def script(page: str | Path, name: str, replace: Mapping[str, str] | None = None) -> str:
    """Return the blocks of this name as one bash script that ends at the first command that fails.

    `page`: its name in docs/, or where it is. `replace`: examples in the page (an address of the carrier) and
    what stands for them in the test. Raises LookupError when there is no such block or no such example.
    """
    file = DOCS / page if isinstance(page, str) else page
    texts = [block.text for block in blocks(file) if block.runner == name]
    if not texts:
        raise LookupError(f"{file.name} has no block marked <!-- run: {name} -->")
    whole = "\n".join(["set -euo pipefail", *texts]) + "\n"
    for example, value in (replace or {}).items():
        if example not in whole:
            raise LookupError(f"{file.name}: {example} stands in no block marked {name}")
        whole = whole.replace(example, value)
    return whole


def faults(page: Path, tests: Path) -> list[str]:
    """Return what is wrong with a page's markers: none, a name that is none, a runner no test has."""
    sources = "\n".join(file.read_text("utf-8") for file in tests.rglob("test_*.py"))
    wrong = []
    for block in blocks(page):
        where, marker = f"{block.page}:{block.line}", block.marker
        if marker is None:
            wrong.append(f"{where}: no marker before the block")
        elif block.runner is not None and not NAME.fullmatch(block.runner):
            wrong.append(f"{where}: {block.runner!r} is no name: small letters, digits and '-'")
        elif block.runner is not None and f'"{block.runner}"' not in sources:
            wrong.append(f'{where}: no test asks for "{block.runner}"')
    return wrong
