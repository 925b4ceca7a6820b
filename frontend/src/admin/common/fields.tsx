/** A form's fields: each knows its words, its value and what is wrong with it by its name alone. */
import { Checkbox, MultiSelect, NativeSelect, NumberInput, PasswordInput, Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";

/** A number is short, what is said about it is not. */
const NARROW = { wrapper: { maxWidth: "14rem" } };

export interface FieldWords {
  readonly label: string;
  readonly help?: string;
}

export type Labels<D> = Readonly<Record<keyof D & string, FieldWords>>;
/** A word, or the words of something in it; what a page's `fields` gives. */
export type Options = readonly { readonly value: string; readonly label: string }[];

export interface Fields<D> {
  readonly draft: D;
  readonly set: (patch: Partial<D>) => void;
  /** What is wrong at a place inside a list: "ways.0.url". */
  readonly at: (place: string) => string | undefined;
  readonly text: (name: keyof D & string, more?: { readonly required?: boolean; readonly inputMode?: "numeric" | "tel" | "url" | "email"; readonly first?: boolean; readonly type?: "text" | "date" | "datetime-local" }) => ReactNode;
  readonly area: (name: keyof D & string) => ReactNode;
  readonly number: (name: keyof D & string, range?: { readonly min?: number; readonly max?: number }) => ReactNode;
  readonly choice: (name: keyof D & string, options: Options) => ReactNode;
  /** Some of them, in the order they are chosen; what is held and not among them stays. */
  readonly many: (name: keyof D & string, options: Options) => ReactNode;
  readonly yes: (name: keyof D & string) => ReactNode;
  /** What is never shown again: no browser keeps it. */
  readonly secret: (name: keyof D & string, more?: { readonly required?: boolean }) => ReactNode;
}

export function makeFields<D extends object>(
  draft: D,
  set: (patch: Partial<D>) => void,
  labels: Labels<D>,
  errors: Readonly<Record<string, string>>,
  inside: Readonly<Record<string, string>>,
): Fields<D> {
  const patch = (name: keyof D & string, value: unknown): void => { set({ [name]: value } as Partial<D>); };
  const common = (name: keyof D & string) => ({
    name,
    label: labels[name].label,
    description: labels[name].help,
    error: errors[name],
  });
  const held = (name: keyof D & string): string => String(draft[name]);
  return {
    draft,
    set,
    at: (place) => inside[place],
    text: (name, more = {}) => (
      <TextInput {...common(name)} required={more.required ?? false} inputMode={more.inputMode} autoFocus={more.first ?? false} autoComplete="off"
        type={more.type ?? "text"} value={held(name)} onChange={(event) => { patch(name, event.target.value); }} />
    ),
    area: (name) => (
      <Textarea {...common(name)} rows={4} value={held(name)} onChange={(event) => { patch(name, event.target.value); }} />
    ),
    number: (name, range = {}) => (
      <NumberInput {...common(name)} {...range} clampBehavior="none" hideControls styles={NARROW}
        value={draft[name] as number | string} onChange={(value) => { patch(name, value); }} />
    ),
    choice: (name, options) => (
      <NativeSelect {...common(name)} data={[...options]} value={held(name)} onChange={(event) => { patch(name, event.target.value); }} />
    ),
    many: (name, options) => {
      const chosen = draft[name] as readonly string[];
      const others = chosen.filter((value) => !options.some((each) => each.value === value)).map((value) => ({ value, label: value }));
      return (
        <MultiSelect {...common(name)} id={name} searchable clearable={false} data={[...options, ...others]} value={[...chosen]}
          onChange={(value) => { patch(name, value); }} />
      );
    },
    yes: (name) => (
      <Checkbox {...common(name)} checked={Boolean(draft[name])} onChange={(event) => { patch(name, event.target.checked); }} />
    ),
    secret: (name, more = {}) => (
      <PasswordInput {...common(name)} required={more.required ?? false} autoComplete="new-password"
        aria-invalid={errors[name] ? true : undefined} value={held(name)}
        onChange={(event) => { patch(name, event.target.value); }} />
    ),
  };
}
