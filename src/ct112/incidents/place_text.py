"""A place as somebody says or types it, made comparable: short forms spelt out, spelling and sound folded.

`key` is for the trigram index: two spellings of one name have keys that are alike, often the same.
"""

import re
import unicodedata
from dataclasses import dataclass

from ct112.incidents.place_words import (
    ABBREVIATIONS,
    AT_THE_END,
    COMMON,
    KIND_WORDS,
    NUMBERS,
    PHRASES,
    ROMAN,
    TITLES,
)

LONGEST = 200  # characters that are looked at
MOST_WORDS = 24
DOTTED = re.compile(r"\b([a-z])\.(?=[a-z]\b)")
ADDRESS = re.compile(
    r"\b(?P<what>rt|rw|no|nomor|nmr|blok|blk)[\s.:]*(?P<value>0*\d{1,4}[a-z]?\b|(?<=[\s.])[a-z]{1,2}\b(?:[\s.]*\d{1,4}\b)?)"
)
SPLIT = re.compile(r"[^a-z0-9]+")
LETTERS_DIGITS = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
SOUNDS = (
    *(("oe", "u"), ("dj", "j"), ("tj", "c"), ("sy", "s"), ("sh", "s"), ("kh", "k"), ("gh", "g")),
    *(("dh", "d"), ("th", "t"), ("ph", "p"), ("ch", "c"), ("v", "p"), ("f", "p"), ("q", "k"), ("x", "ks")),
    *(("z", "s"), ("o", "a"), ("e", ""), ("y", "i")),
)
REPEATED = re.compile(r"([a-z])\1+")


@dataclass(frozen=True, slots=True)
class PlaceText:
    """What was said of a place. `words`: spelt out; `kinds`: which kinds of place it names.

    `rt`, `rw`, `house`: what stands below a name and in no list of names.
    """

    words: tuple[str, ...]
    kinds: frozenset[str] = frozenset()
    rt: str | None = None
    rw: str | None = None
    house: str | None = None

    @property
    def core(self) -> tuple[str, ...]:
        """Return the words that tell it apart; all of them when none does."""
        said = tuple(word for word in self.words if word not in _COMMON and word not in TITLES)
        return said or self.words

    @property
    def key(self) -> str:
        """Return the folded words, for the index; at most LONGEST characters."""
        return _folded(self.core)

    @property
    def rare(self) -> str:
        """Return the key of the words that few names have: what the index looks for.

        A name of common words and a number alone, as of a school, has all of them.
        """
        said = tuple(word for word in self.core if word not in COMMON)
        return _folded(self.core if all(map(str.isdigit, said)) else said)


_COMMON = frozenset[str]().union(*KIND_WORDS.values())


def read(text: str) -> PlaceText:
    """Return what a text says of a place. Takes any text; what is behind LONGEST characters is left out."""
    plain = _plain(text[:LONGEST])
    below: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        what = {"nomor": "no", "nmr": "no", "blok": "no", "blk": "no"}.get(match["what"], match["what"])
        below.setdefault(what, match["value"].strip().lstrip("0") or "0")
        return " "

    words = _spelt(SPLIT.split(ADDRESS.sub(take, plain)))
    kinds = frozenset(kind for kind, names in KIND_WORDS.items() if names & set(words))
    return PlaceText(words, kinds, below.get("rt"), below.get("rw"), below.get("no"))


def _folded(words: tuple[str, ...]) -> str:
    return " ".join(filter(None, map(fold, words)))[:LONGEST]


def fold(word: str) -> str:
    """Return how a word sounds: old and new spelling, f and v and p, a and o, and an unheard e are one."""
    if word.isdigit():
        return word
    for sound, plain in SOUNDS:
        word = word.replace(sound, plain)
    word = word[:1] + word[1:].replace("h", "")
    return REPEATED.sub(r"\1", word)


def _plain(text: str) -> str:
    """Return the text in small letters without accents and apostrophes, short forms without their dots."""
    letters = unicodedata.normalize("NFKD", text).lower()
    letters = "".join(one for one in letters if not unicodedata.combining(one) and one not in "'`’‘ʼ")
    for said, meant in PHRASES:
        letters = letters.replace(said, meant)
    return DOTTED.sub(r"\1", letters)


def _spelt(parts: list[str]) -> tuple[str, ...]:
    """Return the words with short forms spelt out and numbers as digits."""
    short = [piece for part in parts for piece in LETTERS_DIGITS.split(part) if piece][:MOST_WORDS]
    words: list[str] = []
    for at, word in enumerate(short):
        behind_gang = bool(words) and words[-1] == "gang"
        if behind_gang and (word in ROMAN or word in NUMBERS):
            words.append(str(ROMAN.get(word) or NUMBERS[word]))
        elif word.isdigit():
            words.append(word.lstrip("0") or "0")
        elif at and at == len(short) - 1 and word in AT_THE_END:
            words.append(AT_THE_END[word])
        else:
            words.extend(ABBREVIATIONS.get(word, word).split())
    return tuple(words[:MOST_WORDS])
