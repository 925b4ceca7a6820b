/** Two letters for each choice, the same every time, and what fits what was typed. Pure. */

export interface Choice {
  readonly key: string;
  readonly label: string;
  /** Two lower-case letters, one choice's alone. */
  readonly letters: string;
  readonly detail?: string;
}

const plain = (text: string): string => text.normalize("NFKD").replace(/[^\p{L}\p{N} ]/gu, "").toLowerCase();

/** Letters for names in this order: the first two of the name, else the beginnings of its words, else the first and a later one. */
export function lettersOf(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const letters = candidates(name).find((each) => !taken.has(each)) ?? "";
    taken.add(letters);
    return letters;
  });
}

function candidates(name: string): string[] {
  const words = plain(name).split(" ").filter(Boolean);
  const all = words.join("");
  const [first = ""] = all;
  const later = Array.from(all.slice(1)).map((letter) => first + letter);
  const initials = words.length > 1 ? [words.map((word) => word[0] ?? "").join("").slice(0, 2)] : [];
  const any = Array.from("abcdefghijklmnopqrstuvwxyz").map((letter) => first + letter);
  return [all.slice(0, 2), ...initials, ...later, ...any].filter((each) => each.length === 2);
}

/** What fits the text, the best first: its two letters, then names that begin with it, a word of them, or hold it. */
export function fitting<C extends Choice>(text: string, choices: readonly C[]): readonly C[] {
  const wanted = plain(text).trim();
  if (!wanted) return choices;
  const rank = (choice: C): number => {
    const label = plain(choice.label);
    if (choice.letters === wanted) return 0;
    if (label.startsWith(wanted)) return 1;
    if (label.split(" ").some((word) => word.startsWith(wanted))) return 2;
    return label.includes(wanted) ? 3 : 4;
  };
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .filter((each) => each.rank < 4)
    .sort((a, b) => a.rank - b.rank)
    .map((each) => each.choice);
}
