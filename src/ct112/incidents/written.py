"""What is written of an incident to a person of an agency, in Indonesian plain text. Pure."""

from ct112.incidents import numbering
from ct112.incidents.spoken import Telling
from ct112.incidents.view import IncidentView

HEAD = {
    Telling.NEW: "Laporan {number}: {category}, prioritas {priority}",
    Telling.CHANGE: "Perubahan pada laporan {number}: {category}, prioritas {priority}",
    Telling.STAND_DOWN: "Laporan {number} dibatalkan. Tidak perlu bertindak lagi.",
}
END = "Terima laporan ini di halaman instansi Anda, atau hubungi pusat panggilan 112."


def text(view: IncidentView, telling: Telling, what: str | None = None) -> str:
    """Return the lines: the most important first, and nothing that is not known. `what`: is to be sent."""
    content = view.content
    head = HEAD[telling].format(
        number=numbering.spoken(view.number), category=view.category_name, priority=content.priority
    )
    if telling is Telling.STAND_DOWN:
        return f"{head}\n\n{END}"
    caller = ", ".join(part for part in (content.caller_name, content.caller_number) if part)
    known = (
        ("Yang diminta", what),
        ("Lokasi", _place(view)),
        ("Koordinat", _coordinates(view)),
        ("Orang dalam bahaya", content.people_in_danger),
        ("Keterangan", content.description),
        ("Pelapor", caller),
    )
    lines = [f"{name}: {value}" for name, value in known if value not in (None, "")]
    return "\n".join([head, *lines, "", END])


def _place(view: IncidentView) -> str:
    place = view.content.place
    return ", ".join(part for part in (place.place_text, place.landmark, view.kelurahan_name) if part)


def _coordinates(view: IncidentView) -> str:
    place = view.content.place
    if place.latitude is None or place.longitude is None:
        return ""
    return f"{place.latitude:.5f}, {place.longitude:.5f}"
