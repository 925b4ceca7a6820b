/** Where the cursor goes: the fields have names, so that a command reaches them from anywhere. */

export const FIELDS = { category: "console-category", place: "console-place", description: "console-description", agencies: "console-agencies" } as const;

/** Put the cursor there, after what is being drawn now. */
export function focusOn(field: keyof typeof FIELDS): void {
  setTimeout(() => document.getElementById(FIELDS[field])?.focus());
}
