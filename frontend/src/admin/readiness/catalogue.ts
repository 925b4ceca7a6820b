/** What `ct112 doctor` says, in the language of the reader: by the kind of check, with its parameters. The server speaks English. */
import type { Language } from "../../shared/words/words";

/** A text of the doctor's, and the same in Indonesian; what stands in brackets is a parameter. */
type Table = readonly (readonly [RegExp, string])[];

const NAMES: Table = [
  [/^settings$/, "pengaturan"],
  [/^python$/, "Python"],
  [/^host name resolves$/, "nama mesin dikenali"],
  [/^disk$/, "ruang disk"],
  [/^packet filter$/, "penyaring paket"],
  [/^certificates$/, "sertifikat"],
  [/^set aside$/, "yang disisihkan"],
  [/^backup$/, "cadangan"],
  [/^database migrated$/, "basis data mutakhir"],
  [/^ct112 (serve|web|worker)$/, "proses ct112 $1"],
  [/^accounts$/, "akun"],
  [/^audit$/, "audit"],
  [/^agencies$/, "instansi"],
  [/^routing$/, "aturan instansi"],
  [/^prompts$/, "suara menu"],
  [/^nodes$/, "simpul Asterisk"],
  [/^(\S+): ARI, version$/, "$1: ARI dan versi"],
  [/^(\S+): modules$/, "$1: modul"],
  [/^(\S+): clock$/, "$1: jam"],
  [/^(\S+): trunk (.+)$/, "$1: saluran operator telepon $2"],
  [/^(\S+): trunk$/, "$1: saluran operator telepon"],
  [/^(\S+): application$/, "$1: aplikasi"],
  [/^(\S+): SIP accounts$/, "$1: akun SIP"],
  [/^(\S+): phones$/, "$1: telepon"],
  [/^(\S+): AMI, fallback queue$/, "$1: AMI dan antrean cadangan"],
  [/^(\S+): registrations$/, "$1: pendaftaran saluran"],
];

const DETAILS: Table = [
  [/^from (.+)$/, "dari $1"],
  [/^no such setting: (.+)$/, "pengaturan tidak dikenal: $1"],
  [/^CT112_API_TOKEN has less than (\d+) characters: it can be guessed$/, "CT112_API_TOKEN kurang dari $1 huruf: dapat ditebak"],
  [/^(.+), after ([\d.]+) s$/, "$1, setelah $2 detik"],
  [/^([\d.]+) GiB free at (.+)$/, "$1 GiB kosong di $2"],
  [/^no nft on this machine$/, "tidak ada nft di mesin ini"],
  [/^loaded$/, "terpasang"],
  [/^loaded, but it limits no rate$/, "terpasang, tetapi tidak membatasi laju"],
  [/^loaded, but with older rules: (.+)$/, "terpasang, tetapi dengan aturan lama: $1"],
  [/^only root can see it: (.+)$/, "hanya root yang dapat melihatnya: $1"],
  [/^not loaded on this machine$/, "tidak terpasang di mesin ini"],
  [/^web speaks plain HTTP on (.+): passwords can be read on the way$/, "web memakai HTTP biasa di $1: kata sandi dapat terbaca di jalan"],
  [/^none: web is on this machine alone, or behind a proxy of yours$/, "tidak ada: web hanya di mesin ini, atau di belakang proksi Anda"],
  [/^nothing$/, "tidak ada"],
  [/^none was ever made on this machine$/, "belum pernah dibuat di mesin ini"],
  [/^(\d+) h old, ([\d.]+) MB$/, "berumur $1 jam, $2 MB"],
  [/^a restore was begun here and not ended: what was erased may be there again$/, "pemulihan dimulai di sini dan belum selesai: yang sudah dihapus mungkin ada lagi"],
  [/^at (\w+)$/, "pada $1"],
  [/^(CT112_\w+) is not set$/, "$1 belum diisi"],
  [/^(CT112_\w+) is empty$/, "$1 kosong"],
  [/^positions with names of Asterisk's own: (.+)$/, "posisi dengan nama milik Asterisk sendiri: $1"],
  [/^the database at (.+) refuses this user or password$/, "basis data di $1 menolak nama atau kata sandi ini"],
  [/^there is no such database at (.+)$/, "tidak ada basis data itu di $1"],
  [/^the database at (\S+) does not answer.*$/, "basis data di $1 tidak menjawab"],
  [/^ready$/, "siap"],
  [/^runs$/, "berjalan"],
  [/^it does not answer at (.+)$/, "tidak menjawab di $1"],
  [/^what answers at (.+) is not (.+)$/, "yang menjawab di $1 bukan $2"],
  [/^break-glass admins may sign in: (.+)$/, "admin darurat boleh masuk: $1"],
  [/^no account is an admin: CT112_API_TOKEN alone may all$/, "tidak ada akun admin: hanya CT112_API_TOKEN yang boleh segalanya"],
  [/^(\d+) may sign in as an admin$/, "$1 akun boleh masuk sebagai admin"],
  [/^nothing to seal yet$/, "belum ada yang perlu disegel"],
  [/^(\d+) rows are chained$/, "$1 baris sudah dirantai"],
  [/^(\d+) rows wait to be sealed, the oldest for (\d+) s$/, "$1 baris menunggu disegel, yang tertua $2 detik"],
  [/^(.+) is not the key of the chain$/, "$1 bukan kunci rantai audit"],
  [/^(\d+) are reached now$/, "$1 instansi dapat dihubungi sekarang"],
  [/^there is none$/, "belum ada"],
  [/^no document is in force that can be read: nobody is proposed$/, "tidak ada dokumen berlaku yang dapat dibaca: tidak ada yang diusulkan"],
  [/^version (\d+), (\d+) rules$/, "versi $1, $2 aturan"],
  [/^version (\d+): no rule fitted (\d+) incidents of the last day$/, "versi $1: tidak ada aturan untuk $2 kejadian sehari terakhir"],
  [/^(\d+) of (\d+) missing in (.+)$/, "$1 dari $2 tidak ada di $3"],
  [/^(\d+) present, served with status (\d+)$/, "$1 ada, diberikan dengan status $2"],
  [/^ARI refuses user or password \((\d+)\)$/, "ARI menolak nama atau kata sandi ($1)"],
  [/^nothing answers at (.+)$/, "tidak ada yang menjawab di $1"],
  [/^(.+) is no ARI$/, "$1 bukan ARI"],
  [/^([\d.]+) s apart$/, "selisih $1 detik"],
  [/^missing: (.+)$/, "tidak ada: $1"],
  [/^(\d+) running$/, "$1 berjalan"],
  [/^there is no endpoint (.+)$/, "tidak ada endpoint $1"],
  [/^online$/, "tersambung"],
  [/^offline$/, "tidak tersambung"],
  [/^none registered$/, "belum ada yang terdaftar"],
  [/^without: (.+)$/, "tanpa akun: $1"],
  [/^(\d+) accounts$/, "$1 akun"],
  [/^no trunk wants any$/, "tidak ada saluran yang memerlukannya"],
  [/^(\d+) members$/, "$1 anggota"],
  [/^no AMI at (\S+) \((.*)\)$/, "tidak ada AMI di $1 ($2)"],
  [/^TimeoutError$/, "tidak menjawab pada waktunya"],
];

const REMEDIES: Table = [
  [/^correct it; a token: (.+)$/, "perbaiki; untuk token: $1"],
  [/^install Python 3\.11 or later$/, "pasang Python 3.11 atau lebih baru"],
  [/^put this machine's name into \/etc\/hosts$/, "tulis nama mesin ini di /etc/hosts"],
  [/^free space, or move CT112_STATE_DIR$/, "kosongkan disk, atau pindahkan CT112_STATE_DIR"],
  [/^read them and the log; of the spool: (.+)$/, "baca isinya dan log; untuk spool: $1"],
  [/^(ct112 backup DIR), every night \((.+)\)$/, "$1, setiap malam ($2)"],
  [/^ct112 tls renew or use; where there is none, ct112 tls init \((.+)\)$/, "ct112 tls renew atau use; bila belum ada, ct112 tls init ($1)"],
  [/^see its log$/, "lihat lognya"],
  [/^see its log; live away: the same CT112_CONTROL_TOKEN for serve and web, and CT112_SERVE_URL$/, "lihat lognya; bila live terputus: CT112_CONTROL_TOKEN yang sama untuk serve dan web, dan CT112_SERVE_URL"],
  [/^start it: (.+)$/, "jalankan: $1"],
  [/^start ct112 worker, or see its log$/, "jalankan ct112 worker, atau lihat lognya"],
  [/^start ct112 serve, or correct CT112_PROMPT_BASE_URL$/, "jalankan ct112 serve, atau perbaiki CT112_PROMPT_BASE_URL"],
  [/^start PostgreSQL, or correct CT112_DATABASE_URL.*$/, "jalankan PostgreSQL, atau perbaiki CT112_DATABASE_URL"],
  [/^(create it, or )?correct (CT112_\w+)$/, "perbaiki $2"],
  [/^(ct112 account add NAME admin); disable what is over$/, "$1; nonaktifkan yang tidak dipakai lagi"],
  [/^(ct112 agencies show CODE --yaml), fill in ways, contacts and shifts, (ct112 agencies set)$/, "isi cara, kontak dan giliran di “Instansi”, atau: $1, lalu $2"],
  [/^ct112 asterisk render writes it$/, "ct112 asterisk render menulisnya"],
  [/^install Asterisk 22\.10\.1 or later$/, "pasang Asterisk 22.10.1 atau lebih baru"],
  [/^ct112 asterisk render, then restart Asterisk$/, "ct112 asterisk render, lalu mulai ulang Asterisk"],
  [/^ct112 asterisk render, or set CT112_TRUNK_ENDPOINT$/, "ct112 asterisk render, atau isi CT112_TRUNK_ENDPOINT"],
  [/^let both machines use the same NTP servers$/, "pakai server NTP yang sama di kedua mesin"],
  [/^the carrier answers no OPTIONS: ask them$/, "operator telepon tidak menjawab OPTIONS: tanyakan kepada mereka"],
  [/^see serve's log( for why)?$/, "lihat log serve"],
  [/^see Asterisk's log$/, "lihat log Asterisk"],
  [/^register a position's softphone$/, "daftarkan softphone sebuah posisi"],
  [/^compare user, domain and password in asterisk\.toml with the carrier's letter$/, "cocokkan nama, domain dan kata sandi di asterisk.toml dengan surat operator telepon"],
  [/^compare user and password in CT112_NODES with the node's ari\.conf$/, "cocokkan nama dan kata sandi di CT112_NODES dengan ari.conf simpul itu"],
  [/^compare ami_… in CT112_NODES with the node's manager\.conf$/, "cocokkan ami_… di CT112_NODES dengan manager.conf simpul itu"],
  [/^correct ari_url in CT112_NODES$/, "perbaiki ari_url di CT112_NODES"],
  [/^restore it from its copy$/, "pulihkan dari salinannya"],
  [/^put it right: without the key nothing is sealed or verified$/, "perbaiki: tanpa kunci tidak ada yang disegel atau diperiksa"],
  [/^ct112 position remove, and add one of another name$/, "ct112 position remove, lalu tambah dengan nama lain"],
  [/^see (\S+), then (.+)$/, "lihat $1, lalu $2"],
  [/^set it$/, "isilah"],
];

/** A command, a file or a value: the same in every language. */
const PLAIN = /^(ct112|nft|docs\/|CT112_)[\w ./=:@,()-]*$/;

export interface Said {
  readonly text: string;
  /** Whether it is in the reader's language: what is not known here stays English, and says so to a screen reader. */
  readonly known: boolean;
}

function said(table: Table, text: string, language: Language): Said {
  if (language === "en" || text === "" || PLAIN.test(text)) return { text, known: true };
  const found = table.find(([pattern]) => pattern.test(text));
  return found ? { text: text.replace(found[0], found[1]), known: true } : { text, known: false };
}

export function nameOf(name: string, language: Language): Said {
  return said(NAMES, name, language);
}

/** A detail that names another check names it as the page does. */
export function detailOf(detail: string, language: Language): Said {
  const hidden = /^not asked: see '(.+)'$/.exec(detail)?.[1];
  return hidden === undefined || language === "en" ? said(DETAILS, detail, language) : { text: `tidak diperiksa: lihat “${nameOf(hidden, language).text}”`, known: true };
}

export function remedyOf(remedy: string, language: Language): Said {
  return said(REMEDIES, remedy, language);
}
