import { words } from "../shared/words/words";

export const useSupervisorWords = words({
  id: {
    parts: "Bagian penyelia",
    nav: {
      floor: "Ruang kini",
      calls: "Riwayat panggilan",
      incidents: "Riwayat kejadian",
      log: "Catatan sif",
      reports: "Laporan",
      holds: "Penahanan hukum",
    },
    again: "Muat ulang",
    loading: "Memuat…",
    noSuch: "Halaman ini tidak ada.",
    close: "Tutup",
    cancel: "Batal",
    nobody: "–",
    more: "Halaman berikutnya",
    first: "Ke halaman pertama",
    found: (total: number, exact: boolean) => (exact ? `${total} ditemukan` : `lebih dari ${total} ditemukan`),
  },
  en: {
    parts: "Parts of the supervisor's screen",
    nav: {
      floor: "The room now",
      calls: "Calls",
      incidents: "Incidents",
      log: "Shift log",
      reports: "Reports",
      holds: "Legal holds",
    },
    again: "Load again",
    loading: "Loading…",
    noSuch: "There is no such page.",
    close: "Close",
    cancel: "Cancel",
    nobody: "–",
    more: "Next page",
    first: "To the first page",
    found: (total: number, exact: boolean) => (exact ? `${total} found` : `more than ${total} found`),
  },
});
