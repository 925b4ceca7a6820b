"""How places are written down in Indonesia: the short forms, and what they stand for."""

KIND_WORDS = {
    "street": frozenset({"jalan"}),
    "alley": frozenset({"gang"}),
    "housing": frozenset({"perumahan", "kompleks"}),
    "kelurahan": frozenset({"kelurahan", "desa"}),
    "kecamatan": frozenset({"kecamatan"}),
}
"""Words that say what kind of place it is, and are in so many names that they tell none apart."""

ABBREVIATIONS = {
    **dict.fromkeys(("jl", "jln", "jlan", "jal", "jaln"), "jalan"),
    **dict.fromkeys(("gg", "gng", "gangg"), "gang"),
    **dict.fromkeys(("komp", "kompl", "komplek", "kompleks", "kplk"), "kompleks"),
    **dict.fromkeys(("perum", "prm", "prum", "perumnas", "permahan"), "perumahan"),
    **dict.fromkeys(("kel", "klrhn"), "kelurahan"),
    **dict.fromkeys(("kec", "kcmtn"), "kecamatan"),
    **dict.fromkeys(("ds", "dsa"), "desa"),
    **dict.fromkeys(("dk", "dkh"), "dukuh"),
    **dict.fromkeys(("tmr", "tim"), "timur"),
    **dict.fromkeys(("brt", "bar"), "barat"),
    **dict.fromkeys(("utr", "ut"), "utara"),
    **dict.fromkeys(("sel", "sltn"), "selatan"),
    **dict.fromkeys(("tgh", "tngh"), "tengah"),
    **dict.fromkeys(("kln", "klon"), "kulon"),
    **dict.fromkeys(("wtn",), "wetan"),
    **dict.fromkeys(("kdl",), "kidul"),
    **dict.fromkeys(("lm",), "lama"),
    **dict.fromkeys(("br", "bru"), "baru"),
    **dict.fromkeys(("pth",), "putih"),
    **dict.fromkeys(("ry",), "raya"),
    **dict.fromkeys(("bgsa",), "bangsa"),
    **dict.fromkeys(("mkm",), "makam"),
    **dict.fromkeys(("tmn",), "taman"),
    **dict.fromkeys(("asr",), "asrama"),
    **dict.fromkeys(("psr",), "pasar"),
    **dict.fromkeys(("htl",), "hotel"),
    **dict.fromkeys(("lap", "lpngan"), "lapangan"),
    **dict.fromkeys(("jbt", "jmbtn"), "jembatan"),
    **dict.fromkeys(("ktr", "kntr"), "kantor"),
    **dict.fromkeys(("lurah",), "kelurahan"),
    **dict.fromkeys(("univ",), "universitas"),
    **dict.fromkeys(("tk", "tku"), "teuku"),
    **dict.fromkeys(("jend", "jendral"), "jenderal"),
    **dict.fromkeys(("dr",), "dokter"),
    **dict.fromkeys(("h", "hj"), "haji"),
    **dict.fromkeys(("kh",), "kyai haji"),
    **dict.fromkeys(("ki", "kiai", "kiyai"), "kyai"),
    **dict.fromkeys(("rm",), "raden mas"),
    **dict.fromkeys(("ra",), "raden ajeng"),
    **dict.fromkeys(("slt", "slth"), "sultan"),
    **dict.fromkeys(("ps",), "puskesmas"),
    **dict.fromkeys(("puskes", "pkm", "puskesmas"), "puskesmas"),
    **dict.fromkeys(("pustu",), "puskesmas pembantu"),
    **dict.fromkeys(("rsud",), "rumah sakit umum daerah"),
    **dict.fromkeys(("rsi",), "rumah sakit islam"),
    **dict.fromkeys(("rs",), "rumah sakit"),
    **dict.fromkeys(("mesjid", "msjd", "masjd"), "masjid"),
    **dict.fromkeys(("musholla", "mushola", "mushalla", "musholah", "musola", "langgar"), "musala"),
    **dict.fromkeys(("st", "sta"), "stasiun"),
    **dict.fromkeys(("ka",), "kereta api"),
    **dict.fromkeys(("bis",), "bus"),
    **dict.fromkeys(("sd",), "sekolah dasar"),
    **dict.fromkeys(("sdn",), "sekolah dasar negeri"),
    **dict.fromkeys(("smp",), "sekolah menengah pertama"),
    **dict.fromkeys(("smpn",), "sekolah menengah pertama negeri"),
    **dict.fromkeys(("sma", "smu"), "sekolah menengah atas"),
    **dict.fromkeys(("sman", "smun"), "sekolah menengah atas negeri"),
    **dict.fromkeys(("smk",), "sekolah menengah kejuruan"),
    **dict.fromkeys(("smkn",), "sekolah menengah kejuruan negeri"),
    **dict.fromkeys(("n", "negri"), "negeri"),
    **dict.fromkeys(("mi",), "madrasah ibtidaiyah"),
    **dict.fromkeys(("mts",), "madrasah tsanawiyah"),
    **dict.fromkeys(("ma",), "madrasah aliyah"),
    **dict.fromkeys(("ponpes", "pontren"), "pondok pesantren"),
    **dict.fromkeys(("spbu",), "stasiun pengisian bahan bakar umum"),
    **dict.fromkeys(("tpi",), "tempat pelelangan ikan"),
    **dict.fromkeys(("tpu",), "tempat pemakaman umum"),
    **dict.fromkeys(("tmp",), "taman makam pahlawan"),
    **dict.fromkeys(("ppn",), "pelabuhan perikanan nusantara"),
    **dict.fromkeys(("gor",), "gedung olahraga"),
    **dict.fromkeys(("bri",), "bank rakyat indonesia"),
    **dict.fromkeys(("rusun", "rusunawa", "rusunami"), "rumah susun"),
}
"""A short form and the words it stands for."""

PHRASES = (("pom bensin", "spbu"), ("pombensin", "spbu"), ("alun2", "alun alun"))
"""What is said for something else: replaced before the words are looked at."""

AT_THE_END = {"slt": "selatan", "s": "selatan", "t": "timur", "b": "barat", "u": "utara"}
"""Short forms that mean a direction behind a name and something else before it."""

TITLES = frozenset({"jenderal", "dokter", "haji", "kyai", "raden", "ajeng", "sultan", "mayjen", "kapten"})
"""Said or left out as people please."""

COMMON = frozenset(
    (
        *("sekolah", "dasar", "menengah", "pertama", "atas", "kejuruan", "negeri", "madrasah"),
        *("ibtidaiyah", "tsanawiyah", "aliyah", "taman", "kanak", "masjid", "musala", "gereja"),
        *("rumah", "sakit", "umum", "daerah", "islam", "puskesmas", "pembantu", "pasar"),
        *("toko", "warung", "hotel", "kantor", "bank", "pondok", "pesantren", "stasiun"),
        *("lapangan", "jembatan", "makam", "asrama", "pabrik", "gedung", "blok", "cabang"),
        *("raya", "indah", "permai", "asri", "baru", "lama", "barat", "timur"),
        *("utara", "selatan", "tengah", "lor", "kidul", "wetan", "kulon", "dukuh"),
    )
)
"""Words in so many names that a search begins with the others; they count when names are compared."""

ROMAN = {
    **{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10},
    **{"xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15, "xvi": 16, "xvii": 17, "xviii": 18},
    **{"xix": 19, "xx": 20},
}
NUMBERS = {
    **{"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8},
    **{"sembilan": 9, "sepuluh": 10, "sebelas": 11},
}
"""A gang is numbered in any of three ways."""
