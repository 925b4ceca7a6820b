"""Many more made names, so that a search has something to be wrong about."""

import random
from collections.abc import Iterator

from ct112.incidents.places import NamedPlace

BEGINNINGS = (
    *("ban", "ben", "bum", "cak", "dar", "gan", "gun", "jat", "kem", "kar", "ked", "leb"),
    *("mar", "pan", "pur", "ron", "sar", "sek", "sum", "tan", "teg", "tun", "war", "wir"),
)
MIDDLES = (
    *("da", "di", "ga", "go", "ja", "ka", "la", "li", "ma", "mi", "na", "ni"),
    *("pa", "ra", "ri", "sa", "si", "ta", "ti", "wa"),
)
ENDINGS = (
    *("dan", "gan", "jen", "kan", "lan", "man", "nan", "ran", "sari", "sih", "tan", "tul"),
    *("wan", "wati", "yan"),
)
BEHIND = ("", "", "", " Barat", " Timur", " Utara", " Selatan", " Raya", " Indah", " Baru", " Lama")
FORMS = (
    ("street", "Jalan {}"),
    ("street", "Jalan {}"),
    ("alley", "Jalan {} Gang {}"),
    ("alley", "Gang {}"),
    ("housing", "Perumahan {}"),
    ("landmark", "Masjid {}"),
    ("landmark", "Sekolah Dasar Negeri {} {}"),
    ("landmark", "Toko {}"),
    ("landmark", "Warung {}"),
    ("landmark", "Pasar {}"),
)


def crowd(count: int, areas: list[str], seed: int = 112) -> Iterator[NamedPlace]:
    """So many places in these areas, the same ones each time."""
    chance = random.Random(seed)
    for at in range(count):
        kind, form = chance.choice(FORMS)
        name = _word(chance) + (" " + _word(chance) if chance.random() < 0.5 else "")
        name += chance.choice(BEHIND)
        yield NamedPlace(
            code=f"n{at:06d}",
            kind=kind,
            name=form.format(name, chance.randint(1, 30)),
            area=chance.choice(areas),
            latitude=-6.9 + chance.random() / 20,
            longitude=109.6 + chance.random() / 20,
        )


def _word(chance: random.Random) -> str:
    middle = chance.choice(MIDDLES) if chance.random() < 0.6 else ""
    return (chance.choice(BEGINNINGS) + middle + chance.choice(ENDINGS)).capitalize()
