import { words } from "../../shared/words/words";

export const useCameraWords = words({
  id: {
    title: "Kamera",
    lead: "Kamera kota: yang terdekat ditawarkan kepada operator pada peringatan dan kejadian.",
    add: "Tambah kamera",
    empty: { title: "Belum ada kamera", text: "Tambahkan kamera kota dengan tempatnya dan alamat alirannya." },
    fields: {
      code: { label: "Kode", help: "Huruf kecil, angka, - dan _. Tidak dapat diganti." },
      name: { label: "Nama", help: "Misalnya: Simpang Ponolawen" },
      latitude: { label: "Lintang", help: "Derajat, misalnya -6.8886" },
      longitude: { label: "Bujur", help: "Derajat, misalnya 109.6753" },
      stream: { label: "Alamat aliran", help: "rtsp, rtsps, http atau https; tanpa kata sandi di dalamnya" },
      active: { label: "Dipakai", help: "Tanpa ini tidak ditawarkan" },
    },
    map: "Peta tempat kamera",
    mapHelp: "Klik peta pada tempat kamera berdiri; lintang dan bujur terisi sendiri.",
    state: "Status",
    used: "dipakai",
    off: "tidak dipakai",
  },
  en: {
    title: "Cameras",
    lead: "The city's cameras: operators are offered the nearest with an alert or an incident.",
    add: "Add a camera",
    empty: { title: "No camera yet", text: "Add the city's cameras with their place and the address of their stream." },
    fields: {
      code: { label: "Code", help: "Small letters, digits, - and _. It cannot be changed." },
      name: { label: "Name", help: "Such as: Ponolawen crossing" },
      latitude: { label: "Latitude", help: "Degrees, such as -6.8886" },
      longitude: { label: "Longitude", help: "Degrees, such as 109.6753" },
      stream: { label: "Address of the stream", help: "rtsp, rtsps, http or https; without a password in it" },
      active: { label: "Used", help: "Without it it is not offered" },
    },
    map: "Map of where the camera stands",
    mapHelp: "Click the map where the camera stands; latitude and longitude fill themselves.",
    state: "State",
    used: "used",
    off: "not used",
  },
});
