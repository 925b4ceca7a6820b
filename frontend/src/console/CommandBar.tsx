/** Any action by two letters: `/` opens it wherever nothing is typed, Ctrl+K everywhere. */
import { useEffect, useState } from "react";
import { Dialog } from "../shared/Dialog";
import { Chooser } from "./Chooser";
import { type Choice, fitting } from "./letters";
import { useConsoleWords } from "./words";

const FIELD = "console-command";

export interface Command extends Choice {
  readonly run: () => void;
  /** What is chosen next, in place of running. */
  readonly then?: readonly Command[];
}

/** Whether this key opens the bar: not the slash of somebody who types an address. */
export function opens(event: KeyboardEvent): boolean {
  if (event.ctrlKey && event.key.toLowerCase() === "k") return true;
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return false;
  const { target } = event;
  return !(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) || target.value === "" || target.type === "checkbox";
}

export function CommandBar({ commands }: { commands: readonly Command[] }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (!opens(event) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener("keydown", pressed);
    return () => { window.removeEventListener("keydown", pressed); };
  }, []);
  return open ? <Bar commands={commands} close={() => { setOpen(false); }} /> : null;
}

function Bar({ commands, close }: { commands: readonly Command[]; close: () => void }) {
  const w = useConsoleWords().bar;
  const [text, setText] = useState("");
  const [choices, setChoices] = useState(commands);
  useEffect(() => { document.getElementById(FIELD)?.focus(); }, []);
  const take = (command: Command): void => {
    if (command.then) {
      setChoices(command.then);
      setText("");
      return;
    }
    close();
    setTimeout(command.run); // after the dialog has given the focus back
  };
  const typed = (now: string): void => {
    setText(now);
    const wanted = now.trim().toLowerCase();
    const exact = wanted ? choices.find((each) => each.letters === wanted) : undefined;
    if (exact) take(exact);
  };
  return (
    <Dialog title={w.title} onClose={close}>
      <Chooser label={w.field} text={text} options={fitting(text, choices)} onText={typed} onPick={take} name={FIELD} always />
    </Dialog>
  );
}
