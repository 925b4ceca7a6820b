/** What was refused, and what to do: beside what was asked. */
import { Alert } from "@mantine/core";
import { explain } from "../shared/api/problem";
import type { Asking } from "./asking";
import { useSupervisorWords } from "./words";

/** `more`: what it means here, behind what it means everywhere. */
export function Refused({ of, more }: { of: Asking; more?: string | undefined }) {
  const w = useSupervisorWords();
  if (!of.problem) return null;
  return (
    <Alert color="red" variant="outline" role="alert" withCloseButton closeButtonLabel={w.close} onClose={of.forget} mt="xs">
      {explain(of.problem)}{more ? ` ${more}` : ""}
    </Alert>
  );
}
