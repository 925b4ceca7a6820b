"""The words of module names: those of the glossary, and those that need no entry, with the reason."""

import re
from pathlib import Path

from tests.house import plan

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ENTRY = re.compile(r"^\| \*\*(.+?)\*\*", re.MULTILINE)
WITHOUT_ENTRY: dict[str, str] = {
    "Python's and the command line's own words": """
        app cli client env errors failures faults file files ids library logs main model models
        tasks value values names engine
        """,
    "words of HTTP and of the web, as their standards use them": """
        bearer body connection http oidc openapi origin passwords problems replies request
        server serving totp versions websocket
        """,
    "words of databases, as everybody uses them": """
        clean database disk entries migrate once pending postgres schema store storable
        """,
    "ARI's own names for its resources": """
        applications asterisk channels playbacks configfiles
        """,
    "words of Debian and systemd, as their manuals use them": """
        packages services users folders
        """,
    "plain English in its plain meaning": """
        attention audio capacity checks clock closing compiling delivery guesses handed health kinds
        loading making memory metrics notes numbers order people phones plan planning publications
        reading reorder rules security shape shown signing simulation speech syntax telephone
        removal restart update tidying timing unanswered validating views virtual wanted work
        """,
    "the product's own name": "ct112",
}
"""Why a word stands in a module's name and not in the glossary."""


def terms() -> frozenset[str]:
    """Return every word that a term of the glossary is made of; `call-back` is one word, and two."""
    entries = [entry.lower().replace("'s", "") for entry in ENTRY.findall(GLOSSARY.read_text("utf-8"))]
    whole = " ".join(entries).replace("-", "")
    return frozenset(re.findall(r"[a-z0-9]+", f"{' '.join(entries)} {whole}"))


def excluded() -> frozenset[str]:
    """Return the words that need no entry."""
    return frozenset(word for words in WITHOUT_ENTRY.values() for word in words.split())


def forms(word: str) -> frozenset[str]:
    """Return the forms of a word that count as the same: `bridging` is of a bridge, `calls` are of a call."""
    stems = {word, word.removesuffix("s"), word.removesuffix("es"), word + "s", re.sub(r"ies$", "y", word)}
    for ending in ("ing", "ed", "able"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            stems |= {stem, stem + "e", stem + "ed", stem + "s", re.sub(r"(.)\1$", r"\1", stem)}
    return frozenset(stems)


def words_of(module: str) -> list[str]:
    """Return the words a module's name is made of; of a package, its folder's."""
    return [word for word in module.rpartition(".")[2].split("_") if word]


def unknown() -> dict[str, list[str]]:
    """Return the words of module names that have no entry and no reason for that, with the modules."""
    known, found = terms() | excluded(), dict[str, list[str]]()
    for module in plan.modules():
        for word in words_of(module):
            if not forms(word) & known:
                found.setdefault(word, []).append(module)
    return found
