/** Each line of an incident's trail in words; of a kind nobody knows here: its name and what it holds. */
import { type Language, language } from "../../shared/words/words";
import { type Happened, plain } from "../history/facts";

type Data = Happened["data"];
type Say = (data: Data, name: (agency: string) => string) => string;

function text(data: Data, name: string): string {
  const value = data[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "–";
}

function agencies(data: Data, name: (agency: string) => string): string {
  const value = data.agencies;
  return Array.isArray(value) ? value.map((each) => name(String(each))).join(", ") : name(text(data, "agency"));
}

/** Why, and how the centre was told: when it is there. */
function why(data: Data): string {
  const said = ["reason", "how"].map((name) => data[name]).filter((value) => typeof value === "string" && value !== "");
  return said.length ? ` (${said.join("; ")})` : "";
}

/** The fields of an incident, as "Changed: …" names them. */
const FIELDS: Readonly<Record<string, readonly [string, string]>> = {
  category: ["kategori", "category"],
  priority: ["prioritas", "priority"],
  description: ["uraian", "description"],
  people_in_danger: ["orang dalam bahaya", "people in danger"],
  caller_name: ["nama pelapor", "caller's name"],
  caller_number: ["nomor pelapor", "caller's number"],
  caller_withheld: ["kerahasiaan pelapor", "whether the caller is withheld"],
  kelurahan: ["kelurahan", "kelurahan"],
  landmark: ["patokan", "landmark"],
  place_text: ["alamat", "address"],
  latitude: ["koordinat", "coordinates"],
  longitude: ["koordinat", "coordinates"],
};

function fieldsOf(data: Data, as: 0 | 1): string {
  const named = Object.keys(data).map((field) => (Object.hasOwn(FIELDS, field) ? FIELDS[field]?.[as] : undefined) ?? field);
  return [...new Set(named)].join(", ");
}

const ID: Readonly<Record<string, Say>> = {
  opened: () => "Kejadian dibuka",
  changed: (data) => `Diubah: ${fieldsOf(data, 0)}`,
  call_joined: () => "Satu panggilan lagi tentang kejadian ini",
  took_in: () => "Kejadian lain digabung ke sini",
  merged: () => "Digabung ke kejadian lain",
  closed: (data) => `Ditutup${why(data)}`,
  reopened: (data) => `Dibuka lagi${why(data)}`,
  dispatched: (data, name) => `Diminta bertindak: ${agencies(data, name)}`,
  dispatch_raised: (data, name) => `Ditambah untuk ${agencies(data, name)}`,
  dispatch_noted: (data, name) => `${agencies(data, name)} sudah diberi tahu lewat telepon atau radio${why(data)}`,
  dispatch_moved: (data, name) => `${agencies(data, name)} ikut dari kejadian lain`,
  dispatch_received: (data, name) => `Sampai di ${agencies(data, name)}`,
  dispatch_acknowledged: (data, name) => `${agencies(data, name)} menyanggupi${why(data)}`,
  dispatch_en_route: (data, name) => `${agencies(data, name)} berangkat${why(data)}`,
  dispatch_on_scene: (data, name) => `${agencies(data, name)} di lokasi${why(data)}`,
  dispatch_done: (data, name) => `${agencies(data, name)} selesai${why(data)}`,
  dispatch_declined: (data, name) => `${agencies(data, name)} menolak${why(data)}`,
  dispatch_cancelled: (data, name) => `Permintaan ke ${agencies(data, name)} dibatalkan${why(data)}`,
  escalated: (data, name) => `Tidak ada yang menjawab di ${agencies(data, name)}: diserahkan ke penyelia`,
  agency_note: (data, name) => `${agencies(data, name)} menulis: ${text(data, "note")}`,
  call_arrived: () => "Panggilan masuk",
  call_answered: () => "Panggilan dijawab",
  call_ended: () => "Panggilan berakhir",
};

const EN: Readonly<Record<string, Say>> = {
  opened: () => "The incident is opened",
  changed: (data) => `Changed: ${fieldsOf(data, 1)}`,
  call_joined: () => "One more call about it",
  took_in: () => "Another incident was merged into it",
  merged: () => "Merged into another incident",
  closed: (data) => `Closed${why(data)}`,
  reopened: (data) => `Opened again${why(data)}`,
  dispatched: (data, name) => `Asked to act: ${agencies(data, name)}`,
  dispatch_raised: (data, name) => `More was asked of ${agencies(data, name)}`,
  dispatch_noted: (data, name) => `${agencies(data, name)} was told by telephone or radio${why(data)}`,
  dispatch_moved: (data, name) => `${agencies(data, name)} comes along from another incident`,
  dispatch_received: (data, name) => `Arrived at ${agencies(data, name)}`,
  dispatch_acknowledged: (data, name) => `${agencies(data, name)} acknowledges${why(data)}`,
  dispatch_en_route: (data, name) => `${agencies(data, name)} is on the way${why(data)}`,
  dispatch_on_scene: (data, name) => `${agencies(data, name)} is on the scene${why(data)}`,
  dispatch_done: (data, name) => `${agencies(data, name)} is done${why(data)}`,
  dispatch_declined: (data, name) => `${agencies(data, name)} declines${why(data)}`,
  dispatch_cancelled: (data, name) => `${agencies(data, name)} stands down${why(data)}`,
  escalated: (data, name) => `Nobody answers at ${agencies(data, name)}: it came to the supervisor`,
  agency_note: (data, name) => `${agencies(data, name)} writes: ${text(data, "note")}`,
  call_arrived: () => "A call arrives",
  call_answered: () => "The call is answered",
  call_ended: () => "The call is over",
};

export function sayTrail(line: Happened, name: (agency: string) => string, as: Language = language()): string {
  const sayings = as === "id" ? ID : EN;
  const say = Object.hasOwn(sayings, line.kind) ? sayings[line.kind] : undefined;
  return say ? say(line.data, name) : `${line.kind} ${plain(line.data)}`.trim();
}

/** What has words: for the test. */
export const KNOWN = { id: Object.keys(ID), en: Object.keys(EN) } as const;
