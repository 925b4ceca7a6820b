import type { Screen } from "../shared/screen";

export default {
  path: "/account",
  roles: ["operator", "supervisor", "admin", "agency", "integration"],
  home: [],
  title: { id: "Akun saya", en: "My account" },
  page: () => import("./Account"),
  aside: true,
} satisfies Screen;
