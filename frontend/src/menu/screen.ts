import type { Screen } from "../shared/screen";

export default {
  path: "/menu",
  roles: ["supervisor", "admin"],
  home: [],
  title: { id: "Menu", en: "Menu" },
  page: () => import("./Editor"),
} satisfies Screen;
