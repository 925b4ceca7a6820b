import type { Screen } from "../shared/screen";

export default {
  path: "/admin",
  roles: ["admin"],
  home: ["admin"],
  title: { id: "Administrasi", en: "Administration" },
  page: () => import("./Admin"),
} satisfies Screen;
