/** A question over the page: the browser's own dialog, which holds the focus and needs no style the policy refuses. */
import { Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "./Dialog.module.css";
import { useModal } from "./modal";

interface Given {
  title: string;
  /** Escape, or whatever closes it. */
  onClose: () => void;
  children: ReactNode;
}

/** Drawn when it is open. */
export function Dialog({ title, onClose, children }: Given) {
  const id = useId();
  const dialog = useModal();
  return (
    <dialog ref={dialog} className={classes.dialog} aria-labelledby={id} onClose={onClose}>
      <Title order={2} size="h4" id={id} mb="sm">{title}</Title>
      {children}
    </dialog>
  );
}
