/** One problem: what it is, and what to do. */
import { useLanguage } from "../shared/words/words";
import classes from "./Menu.module.css";
import { message, type Problem, remedy } from "./problems";
import { useMenuWords } from "./words";

export function Fault({ problem }: { problem: Problem }) {
  const w = useMenuWords();
  const language = useLanguage();
  const where = problem.line === null ? "" : ` (${w.line(problem.line)})`;
  return (
    <p className={`${classes.problem ?? ""} ${(problem.fatal ? classes.bad : classes.hint) ?? ""}`}>
      {problem.fatal ? "✗" : "!"} {problem.fatal ? w.problem : w.hint}{where}: <span>{message(problem, language)}. → {remedy(problem, language)}.</span>
    </p>
  );
}
