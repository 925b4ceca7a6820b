import { at, type Sayings } from "./sayings";

const CLASS = { emergency: "gawat darurat", urgent: "gawat tidak darurat", information: "informasi" } as const;
const SOURCE = {
  digit: "pilihan penelepon", silence: "penelepon diam", invalid: "tombol salah", line: "saluran ini", failure: "menu gagal",
  fallback: "antrean cadangan", person: "ditetapkan petugas",
} as const;
const WHY = {
  draining: "layanan sedang berhenti", found: "ditemukan setelah jeda", "operator lost": "operator terputus",
  "operator left before the join": "operator pergi sebelum tersambung", "join failed": "gagal disambungkan",
  "join timed out": "terlalu lama disambungkan", "fallback failed": "antrean cadangan gagal",
} as const;
export const OUTCOME = {
  answered: "terjawab", abandoned: "ditinggalkan penelepon", fallback: "ke antrean cadangan", fallback_answered: "terjawab di antrean cadangan",
  fallback_abandoned: "ditinggalkan di antrean cadangan", dropped: "terputus",
} as const;
export const BY = { caller: "penelepon", operator: "operator", system: "sistem" } as const;
const AGENCY = {
  accepted: "diterima", put_through: "disambungkan ke operator", not_acknowledged: "tidak dikonfirmasi", busy: "sibuk",
  no_answer: "tidak diangkat", failed: "gagal", unavailable: "tidak tersedia", lost: "terputus",
} as const;

const CALL_OUT = {
  talked: "berbicara", busy: "sibuk", no_answer: "tidak diangkat", failed: "tidak dapat dihubungi", unavailable: "tidak ada saluran",
  not_picked_up: "telepon operator tidak diangkat", cancelled: "ditutup sebelum dijawab",
} as const;

export const INDONESIAN: Sayings = {
  arrived: ({ node }) => `Panggilan masuk di simpul ${node}`,
  picked_up: () => "Menu suara mengangkat",
  said: ({ node, language }) => `Menu memutar “${node}” (${language})`,
  digit: () => "Penelepon menekan tombol",
  ivr_failed: ({ reason }) => `Menu suara gagal: ${reason}`,
  queued: ({ service_class, source }) => `Masuk antrean ${CLASS[service_class]} (${SOURCE[source]})`,
  requeued: ({ reason }) => `Menunggu lagi: ${WHY[reason]}`,
  class_set: ({ service_class, was, by }) => `${by} mengubah golongan dari ${was ? CLASS[was] : "–"} menjadi ${CLASS[service_class]}`,
  priority_set: ({ first, by }) => `${by} ${first ? "mendahulukan panggilan ini" : "mengembalikannya ke urutan"}`,
  offered: (data) => `Ditawarkan ke ${at(data)}`,
  ringing: (data) => `Telepon ${at(data)} berdering`,
  accepted: (data) => `${at(data)} mengangkat`,
  joined: (data) => `Tersambung dengan ${at(data)}`,
  held: (data) => `${at(data)} menahan panggilan`,
  resumed: (data) => `${at(data)} melanjutkan panggilan`,
  missed: (data) => `Tidak diangkat oleh ${at(data)}`,
  declined: (data) => `Ditolak oleh ${at(data)}`,
  busy: (data) => `Telepon ${at(data)} sibuk`,
  unreachable: (data) => `Telepon ${at(data)} tidak dapat dihubungi`,
  hung_up: (data) => `${at(data)} menutup telepon`,
  lost: (data) => `Sambungan ke ${at(data)} putus`,
  kept: (data) => `Halaman ${at(data)} tertutup: meja itu ditahan lima detik untuk penelepon ini`,
  withdrawn: (data) => `Tawaran ke ${at(data)} ditarik: operatornya keluar`,
  adopted: (data) => `Percakapan dengan ${at(data)} ditemukan kembali setelah jeda`,
  stranded: (data) => `Simpul ${data.node} hilang saat bicara dengan ${at(data)}`,
  given_up: ({ node }) => `Simpul ${node} tetap hilang: panggilan ditutup`,
  found: ({ node }) => `Ditemukan kembali di simpul ${node} setelah jeda`,
  reopened: ({ outcome }) => `Catatan dibuka lagi, tadinya ${outcome ? OUTCOME[outcome] : "tanpa hasil"}`,
  fallback: ({ reason }) => `Diserahkan ke antrean cadangan: ${WHY[reason]}`,
  ended: ({ outcome, ended_by, seen }) => `Berakhir: ${OUTCOME[outcome]}, oleh ${BY[ended_by]}${seen ? "" : " (disimpulkan)"}`,
  closed: ({ outcome }) => `Catatan ditutup tanpa panggilannya: ${OUTCOME[outcome]}`,
  fallback_entered: () => "Masuk antrean cadangan Asterisk",
  fallback_answered: (data) => `Diangkat di antrean cadangan oleh ${at(data)}`,
  logged_in: (data) => `${at(data)} mulai bertugas`,
  operator_ready: (data) => `${at(data)} siap`,
  operator_paused: (data) => `${at(data)} jeda${data.reason ? `: ${data.reason}` : ""}`,
  logged_out: (data) => `${at(data)} selesai bertugas`,
  agency_dialled: ({ node, trunk }) => `Instansi ditelepon lewat ${trunk} (simpul ${node})`,
  agency_answered: () => "Instansi mengangkat",
  agency_told: () => "Kejadian dibacakan kepada instansi",
  agency_waits: () => "Instansi meminta operator",
  agency_joined: (data) => `Instansi tersambung dengan ${at(data)}`,
  agency_ended: ({ outcome }) => `Telepon ke instansi selesai: ${AGENCY[outcome]}`,
  call_out_begun: ({ agency, operator, by }) => `${operator ?? by} menelepon ${agency} dari buku instansi`,
  call_out_dialled: ({ trunk }) => `Instansi ditelepon lewat ${trunk}`,
  call_out_joined: () => "Operator dan instansi tersambung",
  call_out_ended: ({ result }) => `Telepon ke instansi selesai: ${CALL_OUT[result]}`,
};
