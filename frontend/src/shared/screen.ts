/** A screen: its folder has a `screen.ts` whose default export is one of these, and the page behind `page`. */
import type { ComponentType } from "react";
import type { Role } from "./session/session";

export interface Screen {
  readonly path: `/${string}`;
  /** Whose it is; everybody else is told that it is not theirs. */
  readonly roles: readonly Role[];
  /** For whom `/` leads here; the first by path when several do. */
  readonly home: readonly Role[];
  readonly title: { readonly id: string; readonly en: string };
  /** Loaded when it is first shown; what lies behind it may be large. */
  readonly page: () => Promise<{ readonly default: ComponentType }>;
  /** Not among the screens in the header: it is reached in another way. */
  readonly aside?: boolean;
  /** Without the header and its margins: the wallboard. */
  readonly bare?: boolean;
}

const FOUND = import.meta.glob<{ default: Screen }>("../*/screen.ts", { eager: true });

export const SCREENS: readonly Screen[] = Object.values(FOUND).map((module) => module.default);

export function screensOf(role: Role, screens: readonly Screen[] = SCREENS): readonly Screen[] {
  return screens.filter((screen) => screen.roles.includes(role) && !screen.aside);
}

export function homeOf(role: Role, screens: readonly Screen[] = SCREENS): Screen | undefined {
  return screens.find((screen) => screen.home.includes(role));
}
