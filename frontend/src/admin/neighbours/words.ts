import { words } from "../../shared/words/words";

export const useNeighbourWords = words({
  id: {
    title: "Pusat tetangga",
    lead: "Pusat 112 kota lain yang boleh menawarkan kejadian kepada kita. Untuk meminta kepada mereka, buat instansi dengan cara “pusat 112 lain”.",
    add: "Daftarkan pusat tetangga",
    empty: { title: "Belum ada pusat tetangga", text: "Sepakati rahasia dan token dengan pusat kota sebelah, lalu daftarkan di sini." },
    fields: {
      code: { label: "Kode", help: "Huruf kecil, angka dan tanda _. Tidak dapat diganti." },
      name: { label: "Nama", help: "Misalnya: 112 Kabupaten Batang" },
      url: { label: "Alamat (URL)", help: "https://… dari ct112 mereka: jawaban dikirim ke sana" },
      secret: { label: "Rahasia", help: "Menandatangani yang mereka kirim; 16 sampai 200 tanda. Tidak ditampilkan lagi." },
      token: { label: "Token", help: "Akun kita di sana; 16 sampai 200 tanda. Tidak ditampilkan lagi." },
      active: { label: "Aktif", help: "Tanpa ini tawaran mereka ditolak" },
    },
    state: "Status",
    on: "aktif",
    off: "tidak aktif",
  },
  en: {
    title: "Neighbouring centres",
    lead: "Other cities' 112 centres that may offer us incidents. To ask them, make an agency with the way “another 112 centre”.",
    add: "Register a neighbour",
    empty: { title: "No neighbour yet", text: "Agree on a secret and a token with the next city's centre, then register it here." },
    fields: {
      code: { label: "Code", help: "Small letters, digits and _. It cannot be changed." },
      name: { label: "Name", help: "Such as: 112 Kabupaten Batang" },
      url: { label: "Address (URL)", help: "https://… of their ct112: answers go there" },
      secret: { label: "Secret", help: "Signs what they send; 16 to 200 characters. Never shown again." },
      token: { label: "Token", help: "Our account there; 16 to 200 characters. Never shown again." },
      active: { label: "Active", help: "Without it their offers are refused" },
    },
    state: "State",
    on: "active",
    off: "not active",
  },
});
