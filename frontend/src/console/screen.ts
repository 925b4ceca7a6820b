import type { Screen } from "../shared/screen";

export default {
  path: "/console",
  roles: ["operator", "supervisor"],
  home: ["operator"],
  title: { id: "Konsol", en: "Console" },
  page: () => import("./Console"),
} satisfies Screen;
