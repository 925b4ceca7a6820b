/** A form's values as plain data: what was changed, and what becomes of it when somebody else was first. */

/** Values of one form: text, numbers, yes or no, and lists of those; compared by what they hold. */
export type Drafted = object;

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function names<D extends Drafted>(draft: D): (keyof D & string)[] {
  return Object.keys(draft) as (keyof D & string)[];
}

/** The fields that differ from what was read: what a PATCH sends. */
export function changed<D extends Drafted>(before: D, after: D): Partial<D> {
  const touched = names(after).filter((name) => !same(before[name], after[name]));
  return Object.fromEntries(touched.map((name) => [name, after[name]])) as Partial<D>;
}

export interface Difference<D> {
  readonly name: keyof D & string;
  readonly was: unknown;
  readonly theirs: unknown;
  /** Whether I changed it as well, to something else: one of us has to give way. */
  readonly both: boolean;
}

/** What somebody else changed since I read it. */
export function differences<D extends Drafted>(base: D, mine: D, theirs: D): readonly Difference<D>[] {
  return names(base)
    .filter((name) => !same(base[name], theirs[name]))
    .map((name) => ({
      name,
      was: base[name],
      theirs: theirs[name],
      both: !same(base[name], mine[name]) && !same(mine[name], theirs[name]),
    }));
}

/** Theirs, with what I changed on top. */
export function onTop<D extends Drafted>(base: D, mine: D, theirs: D): D {
  return { ...theirs, ...changed(base, mine) };
}

/** Errors of the API by the field of the form they belong to; "" is what belongs to none. */
export function placed(errors: Readonly<Record<string, string>>, fields: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [at, said] of Object.entries(errors)) {
    const field = fields.find((name) => at === name || at.startsWith(`${name}.`)) ?? "";
    const inside = at === field || field === "" ? said : `${at.slice(field.length + 1)}: ${said}`;
    found[field] = found[field] ? `${found[field]}; ${inside}` : inside;
  }
  return found;
}

/** The same without some of its fields: what a path says, a body does not. */
export function without<T extends object, K extends keyof T>(thing: T, ...names: readonly K[]): Omit<T, K> {
  const left: Partial<T> = { ...thing };
  for (const name of names) Reflect.deleteProperty(left, name);
  return left as Omit<T, K>;
}
