/** What went wrong with a request, and what the person at the screen does about it (RFC 9457). */
import type { components } from "./openapi";
import { type Language, language, spoken } from "../words/words";

export type ProblemDetails = components["schemas"]["ProblemDetails"];

/** Kinds that come from no answer: nobody answered, or not in time. */
export const UNREACHABLE = "unreachable";
export const TOO_SLOW = "too-slow";
const TYPE = "urn:ct112:problem:";
const PASSING = new Set([UNREACHABLE, TOO_SLOW, "away", "live-away", "slow-down", "our-mistake"]);
/** Of a proxy before `ct112 web`, while that is started again. */
const PASSING_STATUS = new Set([408, 425, 429, 502, 503, 504]);

/** Thrown by every call of the API that was not granted. `details` is missing when nobody answered. */
export class Problem extends Error {
  constructor(
    readonly kind: string,
    readonly status: number,
    readonly details?: ProblemDetails,
    readonly retryAfter?: number,
  ) {
    super(details ? `${details.title}: ${details.detail}` : kind);
    this.name = "Problem";
  }

  /** Whether asking again later may help without anybody changing anything. */
  get passes(): boolean {
    return PASSING.has(this.kind) || PASSING_STATUS.has(this.status) || this.retryAfter !== undefined;
  }
}

/** Make a problem of an answer that is none of success. */
export function problemOf(response: Response, body: unknown): Problem {
  const details = isDetails(body) ? body : undefined;
  const kind = details?.type.startsWith(TYPE) ? details.type.slice(TYPE.length) : `http-${response.status}`;
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(wait)
    ? new Problem(kind, response.status, details, wait)
    : new Problem(kind, response.status, details);
}

function isDetails(body: unknown): body is ProblemDetails {
  return typeof body === "object" && body !== null && "type" in body && "detail" in body && "title" in body;
}

const SAID: { id: Record<string, string>; en: Record<string, string> } = {
  id: {
    unreachable: "Server tidak dapat dihubungi. Periksa jaringan; halaman mencoba lagi sendiri.",
    "too-slow": "Server tidak menjawab pada waktunya. Coba lagi.",
    away: "Basis data sedang tidak dapat dihubungi. Telepon tetap berjalan; coba lagi sebentar lagi.",
    "live-away": "Layanan telepon (ct112 serve) sedang tidak terhubung ke halaman ini. Coba lagi sebentar lagi.",
    "sign-in": "Sesi Anda sudah berakhir. Masuk lagi.",
    "code-needed": "Masukkan kode dari aplikasi autentikator Anda.",
    "not-allowed": "Peran Anda tidak boleh melakukan ini. Hubungi penyelia atau administrator.",
    "not-found": "Tidak ditemukan: mungkin sudah dihapus. Muat ulang daftar.",
    conflict: "Tidak bisa sekarang.",
    stale: "Orang lain baru saja mengubahnya. Muat ulang, lalu ulangi perubahan Anda.",
    refused: "Isian tidak dapat diterima.",
    invalid: "Isian tidak benar. Perbaiki bagian yang ditandai.",
    "too-large": "Terlalu besar. Kirim yang lebih kecil.",
    "slow-down": "Terlalu banyak percobaan. Tunggu sebentar, lalu coba lagi.",
    "our-mistake": "Ada kesalahan di server. Coba lagi; bila berulang, beri tahu administrator.",
    other: "Permintaan tidak berhasil.",
  },
  en: {
    unreachable: "The server cannot be reached. Check the network; the page tries again by itself.",
    "too-slow": "The server did not answer in time. Try again.",
    away: "The database cannot be reached. Telephones go on; try again in a moment.",
    "live-away": "The telephone service (ct112 serve) is not connected to this page. Try again in a moment.",
    "sign-in": "Your session is over. Sign in again.",
    "code-needed": "Enter the code of your authenticator app.",
    "not-allowed": "Your role may not do this. Ask a supervisor or an administrator.",
    "not-found": "Not found: it may have been deleted. Load the list again.",
    conflict: "Not now.",
    stale: "Somebody else has just changed it. Load it again, then repeat your change.",
    refused: "This cannot be accepted.",
    invalid: "Something entered is wrong. Correct what is marked.",
    "too-large": "Too large. Send something smaller.",
    "slow-down": "Too many tries. Wait a moment, then try again.",
    "our-mistake": "The server made a mistake. Try again; if it happens again, tell an administrator.",
    other: "The request failed.",
  },
};
/** For these the server alone knows what to do: its words are shown behind ours. */
const TOLD_BY_THE_SERVER = new Set(["conflict", "refused", "invalid", "not-allowed", "key-reused"]);

/** What to say to the person at the screen: what happened and what to do. */
export function explain(error: unknown, as: Language = language()): string {
  if (!(error instanceof Problem)) return spoken(SAID, as)["our-mistake"] ?? "";
  const said = spoken(SAID, as);
  const ours = said[error.kind] ?? said.other ?? "";
  const told = said[error.kind] === undefined || TOLD_BY_THE_SERVER.has(error.kind);
  return told && error.details ? `${ours} (${error.details.detail})` : ours;
}

/** What is wrong with each field of the body, by its name: for Mantine's `error` of an input. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {};
  const fields = error.details?.fields ?? [];
  return Object.fromEntries(fields.map((each) => [each.field, `${each.message}: ${each.remedy}`]));
}
