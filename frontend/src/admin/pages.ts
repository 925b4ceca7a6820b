/** The pages of administration in the order of the menu; each is loaded when it is opened. */
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

export const GROUPS = {
  people: ["operators", "positions", "roster"],
  access: ["accounts", "tokens", "audit", "privacy"],
  action: ["agencies", "categories", "routing", "neighbours"],
  city: ["places", "cameras"],
  system: ["settings", "readiness"],
} as const;

export type PageName = (typeof GROUPS)[keyof typeof GROUPS][number];

const LOADED: Record<PageName, () => Promise<{ default: ComponentType }>> = {
  operators: () => import("./operators/Operators"),
  positions: () => import("./positions/Positions"),
  roster: () => import("./roster/Roster"),
  accounts: () => import("./accounts/Accounts"),
  tokens: () => import("./tokens/Tokens"),
  audit: () => import("./audit/Audit"),
  privacy: () => import("./privacy/Privacy"),
  agencies: () => import("./agencies/Agencies"),
  categories: () => import("./categories/Categories"),
  routing: () => import("./routing/Routing"),
  neighbours: () => import("./neighbours/Neighbours"),
  places: () => import("./places/Places"),
  cameras: () => import("./cameras/Cameras"),
  settings: () => import("./settings/Settings"),
  readiness: () => import("./readiness/Readiness"),
};

export const PAGES = Object.entries(LOADED).map(([name, load]) => ({ name: name as PageName, Page: lazy(load) })) satisfies {
  name: PageName;
  Page: LazyExoticComponent<ComponentType>;
}[];
