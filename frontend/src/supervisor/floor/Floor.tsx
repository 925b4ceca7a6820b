/** The room as it is now. What cannot wait stands first. */
import { VisuallyHidden } from "@mantine/core";
import { useSupervisorWords } from "../words";
import { Alerts, Incidents, Needs } from "../work/Work";
import { Callbacks } from "./Callbacks";
import classes from "./Floor.module.css";
import { Positions } from "./Positions";
import { Talking } from "./Talking";
import { Waiting } from "./Waiting";

export function Floor() {
  const { nav } = useSupervisorWords();
  return (
    <div className={classes.floor}>
      <VisuallyHidden component="h1">{nav.floor}</VisuallyHidden>
      <div className={classes.column}>
        <Needs />
        <Waiting />
        <Talking />
        <Callbacks />
      </div>
      <div className={classes.column}>
        <Positions />
        <Incidents />
        <Alerts />
      </div>
    </div>
  );
}
