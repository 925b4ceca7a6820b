"""The codes of the categories a centre begins with, by service class."""

from collections.abc import Mapping

from ct112.core.record import ServiceClass

BY_CLASS: Mapping[ServiceClass, tuple[str, ...]] = {
    ServiceClass.EMERGENCY: ("kebakaran", "banjir", "rob", "kecelakaan", "ambulans", "mobil_jenazah"),
    ServiceClass.URGENT: (
        *("pohon_tumbang", "gangguan_lingkungan", "sarang_tawon", "gelandangan", "pengemis", "pengamen"),
        *("perjudian", "miras", "prostitusi", "donor_darah", "permohonan_darah"),
    ),
    ServiceClass.INFORMATION: ("informasi",),
}
CODES = tuple(code for codes in BY_CLASS.values() for code in codes)
