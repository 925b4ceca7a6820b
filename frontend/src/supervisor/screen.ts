import type { Screen } from "../shared/screen";

export default {
  path: "/supervisor",
  roles: ["supervisor", "admin"],
  home: ["supervisor"],
  title: { id: "Penyelia", en: "Supervisor" },
  page: () => import("./Supervisor"),
} satisfies Screen;
