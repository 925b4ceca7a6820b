import { words } from "../words/words";

export const useSignWords = words({
  id: {
    classes: { emergency: "Gawat darurat", urgent: "Gawat tidak darurat", information: "Informasi", none: "Belum digolongkan" },
    states: {
      ready: "Siap",
      ringing: "Berdering",
      on_call: "Bicara",
      wrap_up: "Merampungkan",
      resting: "Tidak mengangkat",
      paused: "Jeda",
      empty: "Kosong",
      moving: "Pindah",
    },
  },
  en: {
    classes: { emergency: "Emergency", urgent: "Urgent", information: "Information", none: "No class yet" },
    states: {
      ready: "Ready",
      ringing: "Ringing",
      on_call: "On a call",
      wrap_up: "Wrap-up",
      resting: "Did not answer",
      paused: "Paused",
      empty: "Nobody",
      moving: "Moving",
    },
  },
});
