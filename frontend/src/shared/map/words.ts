import { words } from "../words/words";

export const MAP_WORDS = {
  id: {
    map: "Peta",
    asList: "Tampilkan daftar",
    asMap: "Tampilkan peta",
    noMap: "Peta tidak dapat digambar di mesin ini; inilah daftarnya.",
    nothing: "Belum ada titik untuk ditampilkan.",
    loading: "Memuat peta…",
    drawn: "Gambar peta",
    closer: "Perbesar",
    farther: "Perkecil",
    kinds: {
      emergency: "Gawat darurat",
      urgent: "Gawat tidak darurat",
      information: "Informasi",
      alert: "Tanda bahaya",
      call: "Panggilan",
      camera: "Kamera",
      place: "Tempat",
    },
    within: (metres: number) => `± ${metres} m`,
  },
  en: {
    map: "Map",
    asList: "Show a list",
    asMap: "Show the map",
    noMap: "No map can be drawn on this machine; this is the list.",
    nothing: "There is no point to show yet.",
    loading: "Loading the map…",
    drawn: "The drawn map",
    closer: "Closer",
    farther: "Farther",
    kinds: {
      emergency: "Emergency",
      urgent: "Urgent",
      information: "Information",
      alert: "Alert",
      call: "Call",
      camera: "Camera",
      place: "Place",
    },
    within: (metres: number) => `± ${metres} m`,
  },
} as const;

export const useMapWords = words(MAP_WORDS);
