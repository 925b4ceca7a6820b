/** What the check found, at the node it belongs to, in the person's language. */
import type { components } from "../shared/api/openapi";
import type { Language } from "../shared/words/words";
import type { Menu } from "./document/menu";

export type Report = components["schemas"]["IvrReport"];
export type Problem = components["schemas"]["IvrProblem"];
export type Way = components["schemas"]["IvrWay"];

/** The name of what is no node: languages, waiting texts, start. */
export const WHOLE = "";

export function nodeOf(menu: Menu, problem: Problem): string {
  const { line } = problem;
  if (line === null) return WHOLE;
  for (const node of menu.nodes.values()) if (node.lines[0] <= line && line <= node.lines[1]) return node.name;
  return WHOLE;
}

export function byNode(menu: Menu, problems: readonly Problem[]): ReadonlyMap<string, readonly Problem[]> {
  const found = new Map<string, Problem[]>();
  for (const problem of problems) {
    const name = nodeOf(menu, problem);
    found.set(name, [...(found.get(name) ?? []), problem]);
  }
  return found;
}

/** The server speaks English; what is not known here stays as it says it. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/^an emergency waits too long, the limit is ([\d.]+) s: .*$/, "panggilan darurat menunggu terlalu lama, batasnya $1 detik"],
  [/^nothing is said in the language '(.+)'$/, "tidak ada yang diucapkan dalam bahasa '$1'"],
  [/^the language '(.+)' is not one of the document's$/, "bahasa '$1' tidak ada dalam daftar bahasa menu ini"],
  [/^no path leads to node '(.+)'$/, "tidak ada jalan menuju simpul '$1'"],
  [/^`(.+)` leads to '(.*)', and there is no such node$/, "'$1' menuju '$2', tetapi simpul itu tidak ada"],
  [/^a caller who presses nothing, or a wrong key, ends in '(.+)', not in an emergency queue$/, "penelepon yang tidak menekan apa-apa, atau salah menekan, berakhir di '$1', bukan di antrean darurat"],
  [/^a caller who chooses nothing goes round for ever: (.+)$/, "penelepon yang tidak memilih berputar tanpa akhir: $1"],
  [/^every caller goes round for ever: (.+)$/, "setiap penelepon berputar tanpa akhir: $1"],
  [/^an idle caller passes more than (\d+) nodes$/, "penelepon yang diam melewati lebih dari $1 simpul"],
  [/^no time zone '(.*)'$/, "tidak ada zona waktu '$1'"],
  [/^'(.+)' is not a key of a telephone$/, "'$1' bukan tombol telepon"],
  [/^`(.+)` is missing$/, "'$1' belum diisi"],
  [/^no field `(.+)` here$/, "tidak ada isian '$1' di sini"],
  [/^`(.+)` does not fit$/, "isi '$1' tidak sesuai"],
  [/^`(.+)`: the text is empty$/, "teks '$1' kosong"],
  [/^`(.+)`: the text has more than (\d+) letters, or signs that cannot be spoken$/, "teks '$1' lebih dari $2 huruf, atau berisi tanda yang tidak dapat diucapkan"],
  [/^`(.+)`: nothing is said here$/, "tidak ada yang diucapkan di '$1'"],
  [/^`(.+)`: '(.*)' is no name$/, "'$2' tidak dapat menjadi nama ($1)"],
  [/^`(.+)`: '(.*)' is no language code$/, "'$2' bukan kode bahasa ($1)"],
  [/^`(.+)`: '(.*)' is no time of day$/, "'$2' bukan jam ($1)"],
  [/^no type '(.+)'$/, "tidak ada jenis '$1'"],
  [/^node '(.+)' has no type$/, "simpul '$1' belum punya jenis"],
  [/^'(.+)' stands twice, first on line (\d+)$/, "'$1' tertulis dua kali, pertama di baris $2"],
  [/^a part is used twice through an alias \(\*\)$/, "satu bagian dipakai dua kali lewat alias (*)"],
  [/^too many levels inside one another$/, "terlalu banyak tingkat di dalam tingkat"],
  [/^this is not YAML \((.*)\)$/, "ini bukan YAML ($1)"],
  [/^there is no document here$/, "tidak ada menu di sini"],
  [/^the menu has (\d+) nodes$/, "menu ini punya $1 simpul"],
  [/^the document is too large$/, "menu terlalu besar"],
  [/^this cannot be said: there is no voice for the language '(.+)'$/, "ini tidak dapat diucapkan: tidak ada suara mesin untuk bahasa '$1'"],
  [/^this cannot be said: (.+)$/, "ini tidak dapat diucapkan: $1"],
  [/^recording (.+) is not there: (.+)$/, "rekaman $1 tidak ada; teksnya diucapkan mesin"],
];
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^shorten texts or waits; the longest part is '(.+)' with ([\d.]+) s$/, "persingkat teks atau waktu tunggu; bagian terpanjang '$1', $2 detik"],
  [/^add `(.+):` and its text$/, "isi teks bahasa '$1'"],
  [/^add `(.+):`$/, "isi '$1'"],
  [/^add it to `languages:`, or remove the text$/, "tambahkan ke daftar bahasa, atau hapus teksnya"],
  [/^add it to `languages:`, or use (.+)$/, "tambahkan ke daftar bahasa, atau pakai $1"],
  [/^lead one there, or remove it$/, "arahkan satu jalan ke sana, atau hapus simpulnya"],
  [/^did you mean '(.+)'\?$/, "maksud Anda '$1'?"],
  [/^use one of (.+)$/, "pakai salah satu: $1"],
  [/^lead them to a queue with `class: emergency`; they may not be able to choose$/, "arahkan ke antrean darurat; mungkin mereka tidak dapat memilih"],
  [/^lead one of these to a queue$/, "arahkan salah satunya ke antrean"],
  [/^shorten the path to the first queue$/, "persingkat jalan ke antrean pertama"],
  [/^use for example Asia\/Jakarta.*$/, "pakai misalnya Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT)"],
  [/^write what the caller shall hear$/, "tulis apa yang akan didengar penelepon"],
  [/^write a text, or recording: and its name$/, "tulis teks, atau pakai rekaman"],
  [/^shorten it$/, "persingkat"],
  [/^use small letters, digits, - and _, a letter first$/, "pakai huruf kecil, angka, - dan _, diawali huruf"],
  [/^write for example (.+)$/, "tulis misalnya $1"],
  [/^write `type:` and one of (.+)$/, "pilih jenisnya: $1"],
  [/^remove one of them$/, "hapus salah satunya"],
  [/^write the part out again$/, "tulis bagian itu sekali lagi"],
  [/^check the indentation.*$/, "periksa indentasi, titik dua, dan tanda kutip di sini dan di baris sebelumnya"],
  [/^begin with `start:` and `nodes:`.*$/, "mulai dengan start: dan nodes:"],
  [/^record it .*$/, "rekam, atau pilih suara bahasa lain"],
  [/^until it can, callers hear nothing here$/, "selama itu penelepon tidak mendengar apa-apa di sini"],
  [/^put the recording there before going live$/, "unggah rekamannya sebelum menerbitkan"],
  [/^leave (\d+) at most; .*$/, "sisakan paling banyak $1; penelepon tidak dapat mengikuti lebih"],
  [/^remove it, see .*$/, "hapus"],
];

function translated(table: typeof SAID, text: string, language: Language): string {
  if (language === "en") return text;
  const found = table.find(([pattern]) => pattern.test(text));
  return found ? text.replace(found[0], found[1]) : text;
}

export function message(problem: Problem, language: Language): string {
  return translated(SAID, problem.message, language);
}

export function remedy(problem: Problem, language: Language): string {
  return translated(REMEDIES, problem.remedy, language);
}

const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^(.+) said again$/, "$1 diulang"],
  [/^(.+) said$/, "$1 diucapkan"],
  [/^wait$/, "menunggu tombol"],
  [/^silent caller$/, "penelepon yang diam"],
  [/^caller with wrong keys$/, "penelepon yang salah menekan"],
  [/^pick-up$/, "sejak diangkat"],
  [/^'(.+)' in (.+)$/, "sejak menekan $1 di $2"],
];

/** A part of a way to the emergency, its caller or where it begins. */
export function part(text: string, language: Language): string {
  return translated(PARTS, text, language);
}
