/** What the page's phone offers and takes of sound: G.711 and the keys, and nothing else. */

/** With Opus offered Chromium sends a key of 160 ms as one of 40 ms. */
const KEPT = /^(PCMA|PCMU|telephone-event)\/8000$/i;

/** A description (RFC 8866) of which only G.711 and telephone-event are left; one with neither stays as it is. */
export function onlyG711(sdp: string): string {
  const lines = sdp.split(/\r?\n/);
  const known = new Map<string, string>([["0", "PCMU/8000"], ["8", "PCMA/8000"]]);
  for (const line of lines) {
    const [, number, codec] = /^a=rtpmap:(\d+) (\S+)/.exec(line) ?? [];
    if (number && codec) known.set(number, codec.replace(/\/1$/, ""));
  }
  const kept = (number: string): boolean => KEPT.test(known.get(number) ?? "");
  if (![...known].some(([number, codec]) => codec.startsWith("PCM") && offered(lines, number))) return sdp;
  return lines.flatMap((line) => changed(line, kept)).join("\r\n");
}

function offered(lines: readonly string[], number: string): boolean {
  return lines.some((line) => line.startsWith("m=audio ") && line.split(" ").slice(3).includes(number));
}

function changed(line: string, kept: (number: string) => boolean): string[] {
  if (line.startsWith("m=audio ")) {
    const [media, port, protocol, ...numbers] = line.split(" ");
    return [[media, port, protocol, ...numbers.filter(kept)].join(" ")];
  }
  const [, number] = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line) ?? [];
  return number === undefined || kept(number) ? [line] : [];
}
