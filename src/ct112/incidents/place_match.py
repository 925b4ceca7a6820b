"""How well a place that is known fits what was said: the order among what the index brought."""

from dataclasses import dataclass
from functools import lru_cache

from ct112.incidents.place_text import PlaceText, read

KIND_FITS, KIND_DIFFERS = 0.06, -0.08
NUMBER_DIFFERS = 0.25
AREA_WEIGHT = 0.5  # of a word that names the area it is in, against one of its own name
KEPT = 20_000  # words whose pairs of letters are remembered


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said, made ready to compare with many names."""

    text: PlaceText
    words: tuple[str, ...]
    numbers: frozenset[str]

    @classmethod
    def of(cls, said: str) -> "Wanted":
        """Read what was said."""
        text = read(said)
        words = tuple(text.key.split())
        return cls(text, words, frozenset(filter(str.isdigit, words)))


def score(wanted: Wanted, key: str, kind: str, area_key: str = "") -> float:
    """Return how well a place with this key fits, about 0 to 1: more is better."""
    words = key.split()
    if not wanted.words or not words:
        return 0.0
    alike = _alike(wanted.words, words, area_key.split())
    differs = NUMBER_DIFFERS if wanted.numbers.symmetric_difference(filter(str.isdigit, words)) else 0.0
    return alike - differs + _kind(wanted.text, kind)


def _alike(said: tuple[str, ...], name: list[str], beside: list[str]) -> float:
    """Return how alike the words are: each said one with its nearest, and the whole without its spaces."""
    covered = sum(max(_nearest(word, name), AREA_WEIGHT * _nearest(word, beside)) for word in said)
    told = sum(_nearest(word, said) for word in name)
    by_word = 0.6 * covered / len(said) + 0.4 * told / len(name)
    return max(by_word, _ratio("".join(said), "".join(name)))


def _nearest(word: str, among: list[str] | tuple[str, ...]) -> float:
    return max((_ratio(word, other) for other in among), default=0.0)


def _ratio(one: str, other: str) -> float:
    """Return how many pairs of letters two words share: 0 to 1; numbers are the same or not."""
    if one == other:
        return 1.0
    if one.isdigit() or other.isdigit():
        return 0.0
    left, right = _pairs(one), _pairs(other)
    return 2.0 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=KEPT)
def _pairs(word: str) -> frozenset[str]:
    padded = f"^{word}$"
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))


def _kind(wanted: PlaceText, kind: str) -> float:
    if not wanted.kinds:
        return 0.0
    return KIND_FITS if kind in wanted.kinds else KIND_DIFFERS
