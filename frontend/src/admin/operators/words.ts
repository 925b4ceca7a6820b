import { words } from "../../shared/words/words";

export const useOperatorWords = words({
  id: {
    title: "Operator",
    lead: "Orang yang menerima panggilan. Operator masuk di posisi mana pun yang kosong.",
    add: "Tambah operator",
    empty: { title: "Belum ada operator", text: "Tambahkan orang yang akan menerima panggilan; setelah itu buat posisi tempat mereka duduk." },
    fields: {
      name: { label: "Nama singkat", help: "Huruf kecil, angka dan tanda -, paling panjang 31. Tidak dapat diganti." },
      full_name: { label: "Nama lengkap", help: "Seperti yang tampak di layar" },
      active: { label: "Boleh masuk", help: "Tanpa ini operator keluar setelah percakapan selesai, dan tidak dapat masuk lagi" },
      pin: { label: "PIN telepon", help: "4 sampai 12 angka, untuk masuk lewat telepon. Kosong: PIN yang ada tetap berlaku." },
      no_pin: { label: "Hapus PIN", help: "Tidak dapat masuk lewat telepon lagi" },
    },
    state: "Status",
    active: "boleh masuk",
    barred: "tidak boleh masuk",
    pin: "PIN telepon",
    ends: "Operator ini keluar setelah percakapannya selesai dan tidak dapat masuk lagi. Catatan panggilannya tetap menyebut namanya.",
  },
  en: {
    title: "Operators",
    lead: "People who take calls. An operator logs in at any free position.",
    add: "Add an operator",
    empty: { title: "No operator yet", text: "Add who is going to take calls; then make the positions where they sit." },
    fields: {
      name: { label: "Short name", help: "Small letters, digits and -, 31 at most. It cannot be changed." },
      full_name: { label: "Name in full", help: "As screens show it" },
      active: { label: "May log in", help: "Without it they are logged out after the talk and cannot log in again" },
      pin: { label: "Telephone PIN", help: "4 to 12 digits, for logging in by telephone. Empty: the present one stays." },
      no_pin: { label: "Remove the PIN", help: "No logging in by telephone any more" },
    },
    state: "State",
    active: "may log in",
    barred: "may not log in",
    pin: "Telephone PIN",
    ends: "This operator is logged out after the talk and cannot log in again. Records of their calls keep the name.",
  },
});
