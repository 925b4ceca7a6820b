/** A field that proposes what fits while one types: arrows choose, Enter takes. Nothing of it needs a mouse. */
import { TextInput } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import classes from "./Console.module.css";

export interface Option {
  readonly key: string;
  readonly label: string;
  readonly letters?: string;
  readonly detail?: string | undefined;
}

interface Given<O extends Option> {
  label: string;
  text: string;
  options: readonly O[];
  onText: (text: string) => void;
  onPick: (option: O) => void;
  /** Tab takes what is marked too. */
  tab?: boolean;
  /** The id of its input, for `focusOn`. */
  name?: string;
  description?: ReactNode;
  error?: ReactNode;
  onEscape?: () => void;
  always?: boolean;
  disabled?: boolean;
}

export function Chooser<O extends Option>(given: Given<O>) {
  const { label, text, options, onText, onPick, description, error, name, always = false, disabled = false } = given;
  const id = useId();
  const [open, setOpen] = useState(always);
  const [at, setAt] = useState(0);
  const marked = options[Math.min(at, options.length - 1)];
  const shown = (always || open) && options.length > 0;
  const pick = (option: O): void => { setOpen(false); setAt(0); onPick(option); };

  const keyed = (event: KeyboardEvent): void => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && options.length > 0) {
      event.preventDefault();
      setOpen(true);
      setAt((Math.min(at, options.length - 1) + (shown ? move : 0) + options.length) % options.length);
    } else if (event.key === "Enter" && !event.ctrlKey && shown && marked) {
      event.preventDefault();
      pick(marked);
    } else if (event.key === "Tab" && given.tab && !event.shiftKey && shown && text.trim() && marked) {
      pick(marked);
    } else if (event.key === "Escape") {
      setOpen(false);
      given.onEscape?.();
    }
  };

  return (
    <div className={classes.chooser}>
      <TextInput {...(name === undefined ? {} : { id: name })} label={label} description={description} error={error} value={text} autoComplete="off" spellCheck={false} disabled={disabled}
        role="combobox" aria-expanded={shown} aria-controls={id} aria-autocomplete="list"
        aria-activedescendant={shown && marked ? `${id}-${marked.key}` : undefined}
        onChange={(event) => { setOpen(true); setAt(0); onText(event.target.value); }}
        onKeyDown={keyed} onBlur={() => { setOpen(always); }} />
      <ul id={id} role="listbox" aria-label={label} className={always ? classes.optionsBelow : classes.options} hidden={!shown}>
        {shown ? options.map((option) => (
          <li key={option.key} id={`${id}-${option.key}`} role="option" aria-selected={option === marked} className={classes.option}
            onMouseDown={(event) => { event.preventDefault(); pick(option); }}>
            {option.letters ? <kbd className={classes.letters}>{option.letters}</kbd> : null}
            <span>{option.label}</span>
            {option.detail ? <span className={classes.detail}>{option.detail}</span> : null}
          </li>
        )) : null}
      </ul>
    </div>
  );
}
