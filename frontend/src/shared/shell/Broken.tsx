/** Holds what a screen throws while it is drawn; the rest of the page goes on. */
import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { COPIES } from "../session/storage";
import { Said } from "./Said";
import { useShellWords } from "./words";

export class Broken extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  /** What was kept of a list may be what cannot be drawn: the next page asks for it anew. */
  override componentDidCatch(): void {
    for (const key of Object.keys(localStorage)) if (key.startsWith(COPIES)) localStorage.removeItem(key);
  }

  override render(): ReactNode {
    return this.state.error ? <Sorry error={this.state.error} /> : this.props.children;
  }
}

/** A part of the page that is not at the server any more: another version was installed meanwhile. */
function updated(error: Error): boolean {
  return /dynamically imported module|module script failed|Unable to preload/i.test(error.message);
}

function Sorry({ error }: { error: Error }) {
  const { broken } = useShellWords();
  return (
    <Said title={broken.title} text={updated(error) ? broken.updated : broken.text}>
      <Button onClick={() => { location.reload(); }}>{broken.reload}</Button>
    </Said>
  );
}
