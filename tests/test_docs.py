"""The documents: links lead somewhere, decisions are listed, metrics and tests they name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "docker").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    """Return what `#…` may name in a document: its headings as GitHub writes them."""
    heads = [line.lstrip("#").strip().lower() for line in text.splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", head).replace(" ", "-") for head in heads}


def broken(document: Path) -> list[str]:
    """Return the links of a document that lead nowhere."""
    wrong = []
    for link in LINK.findall(document.read_text()):
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if "://" not in link and not (
            target.exists() and (not anchor or anchor in anchors(target.read_text()))
        ):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    assert broken(document) == []


def test_a_link_to_nowhere_is_seen(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# One head\n[1](#one-head) [2](#no-head) [3](b.md) [4](https://example.org/#x)\n")
    assert broken(document) == ["#no-head", "b.md"]


def test_every_decision_is_listed_in_its_order() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = [link for link in LINK.findall((folder / "README.md").read_text()) if link.startswith("0")]
    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def test_metrics_that_documents_name_are_there() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    for document in DOCUMENTS:
        for name in set(re.findall(r"`(ct112_[a-z_]+)", document.read_text())):
            assert re.sub(r"_(bucket|sum|count)$", "", name) in source, (document.name, name)


def test_tests_that_documents_name_are_there() -> None:
    there = {path.name for path in (ROOT / "tests").rglob("*.py")}
    for document in DOCUMENTS:
        for name in set(re.findall(r"\btest_[a-z_]+\.py", document.read_text())):
            assert name in there, (document.name, name)
