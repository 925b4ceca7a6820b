"""A module's name is made of the glossary's words, or of words that need no entry for a said reason."""

import re

from tests.house import plan, words


def test_every_module_is_named_by_the_glossary() -> None:
    """If this fails: give the word an entry in docs/glossary.md, or the module another name."""
    assert words.unknown() == {}


def test_no_reason_is_given_for_a_word_that_no_module_has() -> None:
    used = {
        form for module in plan.modules() for word in words.words_of(module) for form in words.forms(word)
    }
    assert not words.excluded() - used


def test_no_word_has_both_an_entry_and_a_reason_for_none() -> None:
    assert not words.excluded() & words.terms()


def test_no_term_has_two_entries() -> None:
    entries = words.ENTRY.findall(words.GLOSSARY.read_text("utf-8"))
    assert len(entries) == len({entry.lower() for entry in entries})


def test_forms_are_of_the_same_word_and_no_other() -> None:
    assert {"bridge", "bridg"} <= words.forms("bridging")
    assert "call" in words.forms("calls")
    assert "entry" in words.forms("entries")
    assert "plan" in words.forms("planning")
    assert not words.forms("ring") & {"r", "re"}
    assert not re.search(r"\bfloor\b", " ".join(words.forms("flood")))
