import type { Screen } from "../shared/screen";

export default {
  path: "/agency",
  roles: ["agency"],
  home: ["agency"],
  title: { id: "Tugas", en: "Dispatches" },
  page: () => import("./Agency"),
} satisfies Screen;
