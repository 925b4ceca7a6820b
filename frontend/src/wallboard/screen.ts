import type { Screen } from "../shared/screen";

export default {
  path: "/wallboard",
  roles: ["operator", "supervisor", "admin", "integration"],
  home: ["integration"],
  title: { id: "Papan dinding", en: "Wallboard" },
  page: () => import("./Wallboard"),
  bare: true,
} satisfies Screen;
