/** One dispatch: what is new about it, what happened and where, and what is to be pressed. */
import { Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { clock } from "../shared/time";
import classes from "./Agency.module.css";
import { Details } from "./Details";
import { Notes } from "./Notes";
import { Steps } from "./Steps";
import type { Dispatch, Now } from "./steps";
import type { OutboxView } from "./useOutbox";
import { useAgencyWords } from "./words";

const SHAPES = { emergency: "▲", urgent: "◆", information: "●" } as const;

interface Shown {
  readonly dispatch: Dispatch;
  readonly now: Now;
  /** Whether all of it is shown from the beginning. */
  readonly open: boolean;
  readonly press: OutboxView["press"];
  readonly outgoing: ReactNode;
}

export function Card({ dispatch, now, open, press, outgoing }: Shown) {
  const w = useAgencyWords();
  const id = useId();
  const { incident } = dispatch;
  const priority = incident.priority as keyof typeof w.priority;
  return (
    <article className={classes.card} aria-labelledby={id} data-telling={now.unacknowledged ?? "none"} data-testid={`dispatch-${dispatch.id}`}>
      <p className={classes.state} data-telling={now.unacknowledged ?? "none"}>
        <strong>{now.unacknowledged === null ? w.status[now.status] : w.telling[now.unacknowledged]}</strong>
        <span>{w.asked(clock(dispatch.asked_at))}</span>
      </p>
      <div className={classes.body}>
        <Title order={2} size="h2" id={id}>{incident.category_name}</Title>
        <Text>
          <span className={classes.class} data-class={incident.service_class}>
            <span aria-hidden>{SHAPES[incident.service_class]} </span>{w.classes[incident.service_class]}
          </span>
          {" "}· {w.priority[priority]} · {w.number(incident.number)}
        </Text>
        {dispatch.changed.includes("incident") ? <Text fw={700}>{w.otherIncident}</Text> : null}
        <Details dispatch={dispatch} stood={now.unacknowledged === "stand_down" || now.status === "cancelled"} open={open} />
        {outgoing}
        {now.status === "cancelled" ? null : <Notes dispatch={dispatch.id} press={press} />}
        <Steps dispatch={dispatch.id} now={now} press={press} />
      </div>
    </article>
  );
}
