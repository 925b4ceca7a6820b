"""What is read out of an incident to an agency by telephone, in Indonesian. Pure.

Short, the most important first, and who called is left out: whoever needs to know presses 3 and asks.
"""

import re
from enum import StrEnum

from ct112.incidents import numbering
from ct112.incidents.incident import Content
from ct112.incidents.routing import MORE
from ct112.incidents.view import IncidentView

LONGEST_PART = 500  # characters of a description or a place as it was typed
LONGEST = 2000  # of the whole, as `control.asks.CallAgency` takes it
PRIORITY = {1: "Nyawa terancam.", 2: "Segera.", 3: "Dalam satu jam.", 4: "Tidak mendesak."}
KEYS = "Tekan satu untuk menerima. Tekan dua untuk mendengar lagi. Tekan tiga untuk bicara dengan operator."
WORDS = (
    (r"Jl(?:n)?\.?", "Jalan"),
    (r"Gg\.?", "Gang"),
    (r"Komp(?:l)?\.?", "Kompleks"),
    (r"Perum\.", "Perumahan"),
    (r"No\.", "nomor"),
    (r"Kel\.", "Kelurahan"),
    (r"Kec\.", "Kecamatan"),
    (r"Ds\.", "Desa"),
    (r"R\.?T\.?(?=[\s.:]*\d)", "er te"),
    (r"R\.?W\.?(?=[\s.:]*\d)", "er we"),
)
_FULL = tuple((re.compile(rf"(?<!\w){short}(?=[\s\d/:,]|$)", re.IGNORECASE), word) for short, word in WORDS)


class Telling(StrEnum):
    """Why an agency is told."""

    NEW = "new"
    CHANGE = "change"
    STAND_DOWN = "stand_down"


OPENING = {
    Telling.NEW: "Ini pusat panggilan darurat satu satu dua. Laporan nomor {number}.",
    Telling.CHANGE: "Ini pusat panggilan darurat satu satu dua. Ada perubahan pada laporan nomor {number}.",
    Telling.STAND_DOWN: "Ini pusat panggilan darurat satu satu dua. Laporan nomor {number} dibatalkan.",
}


def text(view: IncidentView, telling: Telling = Telling.NEW, what: str | None = None) -> str:
    """Return what is said, with the keys at its end; at most LONGEST characters. `what`: is to be sent."""
    opening = OPENING[telling].format(number=numbering.spoken(view.number).replace("-", ", "))
    parts = [opening, f"{view.category_name}."]
    if telling is not Telling.STAND_DOWN:
        parts += [PRIORITY[view.content.priority], _wanted(what), *_content(view, view.content)]
    said = " ".join(part for part in parts if part)
    return f"{said[: LONGEST - len(KEYS) - 1]} {KEYS}"


def _content(view: IncidentView, content: Content) -> list[str]:
    people, description = content.people_in_danger, content.description
    return [
        _place(view, content),
        f"{people} orang dalam bahaya." if people else "",
        f"Keterangan: {_sentence(description)}" if description else "",
    ]


def _wanted(what: str | None) -> str:
    return f"Yang diminta: {_sentence(what.replace(MORE, ', ditambah '))}" if what else ""


def _place(view: IncidentView, content: Content) -> str:
    place = content.place
    named = [place.place_text, place.landmark and f"dekat {place.landmark}"]
    named.append(view.kelurahan_name and f"kelurahan {view.kelurahan_name}")
    said = [full(part) for part in named if part]
    known = ", ".join(part for part in said if any(map(str.isalnum, part)))
    return f"Lokasi: {_sentence(known)}" if known else "Lokasi belum diketahui, tekan tiga untuk bertanya."


def full(typed: str) -> str:
    """Return what was typed with abbreviations said in full and no sign that would be read out as a word."""
    plain = re.sub(r"[^\w\s.,:/()'-]", " ", typed[:LONGEST_PART])
    for short, word in _FULL:
        plain = short.sub(word, plain)
    return " ".join(plain.replace("/", " ").split())


def _sentence(typed: str) -> str:
    return f"{full(typed).rstrip('.')}."
