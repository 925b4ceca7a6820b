import { words } from "../words/words";

export const useShellWords = words({
  id: {
    service: "Layanan 112",
    skip: "Langsung ke isi",
    screens: "Layar",
    roles: {
      operator: "operator",
      supervisor: "penyelia",
      admin: "administrator",
      agency: "instansi",
      integration: "mesin",
    },
    signOut: "Keluar",
    signOutFailed: (why: string) => `Belum keluar. ${why}`,
    language: "English",
    languageLabel: "Ganti ke bahasa Inggris",
    theme: { light: "Terang", dark: "Gelap", auto: "Ikut sistem", label: "Tampilan" },
    me: (name: string, role: string) => `${name}, ${role}`,
    account: "Akun saya: kata sandi, kode, sesi",
    fresh: "Langsung",
    signs: {
      connecting: "Menyambung…",
      lost: (since: string) => `Jaringan ke server putus sejak ${since}: yang tampak bisa usang. Halaman menyambung lagi sendiri.`,
      "telephone-away": (since: string) =>
        `Layanan telepon tidak terdengar sejak ${since}: keadaan panggilan yang tampak bisa usang. Telepon sendiri tetap berjalan.`,
      "database-away": (since: string) => `Basis data tidak dapat dihubungi sejak ${since}: riwayat dan simpanan tertunda. Telepon tetap berjalan.`,
    },
    notFound: { title: "Halaman ini tidak ada", text: "Alamatnya mungkin salah ketik.", back: "Ke halaman awal" },
    notYours: {
      title: "Layar ini bukan untuk peran Anda",
      text: (role: string) => `Anda masuk sebagai ${role}. Minta akun lain kepada administrator bila perlu.`,
    },
    broken: {
      title: "Layar ini berhenti karena kesalahan",
      text: "Telepon meja Anda tidak terpengaruh. Muat ulang halaman; isian yang sudah disimpan di peramban tetap ada.",
      updated: "Versi baru sudah dipasang di server. Muat ulang halaman untuk memakainya.",
      reload: "Muat ulang",
    },
    loading: "Memuat…",
    over: { title: "Sesi berakhir", text: "Masuk lagi untuk melanjutkan. Layar di belakang tetap seperti semula." },
    unreachable: "Menghubungi server…",
    none: {
      title: "Belum ada layar untuk peran Anda",
      text: "Sistem ini sudah melayani lewat API; layar untuk peran Anda belum dipasang di versi ini.",
    },
  },
  en: {
    service: "112 service",
    skip: "Skip to the content",
    screens: "Screens",
    roles: {
      operator: "operator",
      supervisor: "supervisor",
      admin: "administrator",
      agency: "agency",
      integration: "machine",
    },
    signOut: "Sign out",
    signOutFailed: (why: string) => `Not signed out. ${why}`,
    language: "Bahasa Indonesia",
    languageLabel: "Switch to Indonesian",
    theme: { light: "Light", dark: "Dark", auto: "As the system", label: "Appearance" },
    me: (name: string, role: string) => `${name}, ${role}`,
    account: "My account: password, codes, sessions",
    fresh: "Live",
    signs: {
      connecting: "Connecting…",
      lost: (since: string) => `The network to the server is down since ${since}: what is shown may be old. The page connects again by itself.`,
      "telephone-away": (since: string) =>
        `The telephone service has not been heard since ${since}: the calls shown may be old. Telephones themselves go on.`,
      "database-away": (since: string) => `The database cannot be reached since ${since}: history and saving are delayed. Telephones go on.`,
    },
    notFound: { title: "There is no such page", text: "The address may be mistyped.", back: "To the first page" },
    notYours: {
      title: "This screen is not for your role",
      text: (role: string) => `You are signed in as ${role}. Ask an administrator for another account if you need it.`,
    },
    broken: {
      title: "This screen stopped because of an error",
      text: "Your desk telephone is not affected. Load the page again; what was kept in the browser is still there.",
      updated: "A new version was installed on the server. Load the page again to use it.",
      reload: "Load again",
    },
    loading: "Loading…",
    over: { title: "Session over", text: "Sign in again to go on. The screen behind stays as it is." },
    unreachable: "Reaching the server…",
    none: {
      title: "There is no screen for your role yet",
      text: "This system serves by its API; the screen for your role is not in this version.",
    },
  },
});
