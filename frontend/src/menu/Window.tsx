/** A window over the editor: the browser's own dialog, which keeps the keyboard in it and needs no style of its own. */
import { Button, Group, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { useModal } from "../shared/modal";
import classes from "./Menu.module.css";
import { useMenuWords } from "./words";

export function Window({ title, wide, onClose, children }: { title: string; wide?: boolean; onClose: () => void; children: ReactNode }) {
  const w = useMenuWords();
  const id = useId();
  const dialog = useModal();
  return (
    <dialog ref={dialog} aria-labelledby={id} className={wide ? classes.wide : classes.window} onClose={onClose}>
      <Group justify="space-between" wrap="nowrap" mb="sm">
        <Title id={id} order={2} size="h4">{title}</Title>
        <Button variant="default" size="compact-sm" flex="none" onClick={() => dialog.current?.close()}>{w.close}</Button>
      </Group>
      {children}
    </dialog>
  );
}
