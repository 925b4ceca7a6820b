/** The kinds of personal data, and where each is kept. */
import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../shared/api/client";
import { Missing, Rows } from "../common/List";
import { useCommonWords } from "../common/words";
import { usePrivacyWords } from "./words";

export function Classes() {
  const { classes: w, names, told } = usePrivacyWords();
  const { yes, no } = useCommonWords();
  const { data, error, refetch } = useQuery({ queryKey: ["admin", "classes"], queryFn: () => got(api.GET("/api/v1/privacy/classes")) });
  if (data === undefined) return <Missing error={error} again={() => void refetch()} />;
  return (
    <Rows things={data.classes} id={(one) => one.name} columns={[
      { title: w.name, cell: (one) => names[one.name] },
      { title: w.about, cell: (one) => told[one.name].about },
      { title: w.purpose, cell: (one) => told[one.name].purpose },
      { title: w.specific, cell: (one) => (one.specific ? yes : no) },
      { title: w.where, cell: (one) => one.where.join(", ") },
    ]} />
  );
}
