/** Times as the room reads them: Asia/Jakarta, whatever the clock of this machine is set to. */
import { type Language, language } from "./words/words";

export const ZONE = "Asia/Jakarta";
const LOCALE: Record<Language, string> = { id: "id-ID", en: "en-GB" };

/** Milliseconds by a clock that nobody sets: the desk's may be put right in the middle of a call. */
export function steady(): number {
  return performance.timeOrigin + performance.now();
}

function shown(at: string | Date, format: Intl.DateTimeFormatOptions): string {
  const date = typeof at === "string" ? new Date(at) : at;
  return new Intl.DateTimeFormat(LOCALE[language()], { timeZone: ZONE, ...format }).format(date);
}

/** "14.05.09" (Indonesian) or "14:05:09": hours, minutes, seconds. */
export function clock(at: string | Date): string {
  return shown(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/** Day and time, for lists. */
export function dayAndTime(at: string | Date): string {
  return shown(at, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "1:05" or "1:02:03" for a number of seconds; what is below zero is zero. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
