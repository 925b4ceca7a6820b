/** Which form is before me: the one of my call, one that was opened again, or none. */
import { useMemo, useState } from "react";
import { useMe } from "../../shared/session/session";
import type { WorkThing } from "../../shared/live/work";
import type { Call } from "../own";
import { begin, type Draft, following, waiting, written, wrongs } from "./draft";
import type { Last } from "./forms";
import { askedBy, type Proposal } from "./proposal";
import { joining, ready } from "./sending";
import { forms, useForms } from "./store";

export interface Current {
  readonly draft: Draft | null;
  readonly others: readonly Draft[];
  readonly tried: boolean;
  /** What became of the form before; null once another is begun. */
  readonly last: Last | null;
  /** Of the call that has none (any more), else of no call. */
  readonly begin: () => void;
  readonly open: (id: string) => void;
  readonly change: (by: Partial<Draft>) => void;
  readonly discard: () => void;
  /** False: something has to be mended first. */
  readonly send: (proposal: Proposal) => boolean;
  readonly join: (incident: string) => void;
  /** Have the agencies of an incident asked that is open already. */
  readonly follow: (incident: WorkThing<"incidents">) => void;
}

/** A new call has its own form; the one before stays among those that are not finished. */
export function useCurrent(call: Call | null): Current {
  const me = useMe();
  const { drafts, read, last } = useForms();
  const [picked, setPicked] = useState<{ call: string | null; fresh: Draft | null; id: string | null }>({ call: null, fresh: null, id: null });
  const [tried, setTried] = useState<string | null>(null);
  const id = call?.id ?? null;
  const ani = call?.ani ?? "";

  if (read && id !== null && id !== picked.call) {
    const kept = [...drafts.values()].find((each) => each.call === id);
    const fresh = kept ? null : begin(me.name, id, ani);
    setPicked({ call: id, fresh, id: kept?.id ?? fresh?.id ?? null });
  }

  return useMemo(() => {
    const kept = picked.id === null ? undefined : drafts.get(picked.id);
    const fresh = picked.fresh?.id === picked.id ? picked.fresh : null;
    const draft = kept ?? fresh;
    const pick = (next: Draft | null): void => { setTried(null); setPicked({ call: picked.call, fresh: next, id: next?.id ?? null }); };
    const mine = id !== null && ![...drafts.values(), ...(fresh ? [fresh] : [])].some((each) => each.call === id);
    const anew = (): Draft => (mine ? begin(me.name, id, ani) : begin(me.name, null));
    const save = (next: Draft): void => {
      forms.save(next);
      if (next.id === picked.fresh?.id) setPicked({ ...picked, fresh: null });
    };
    return {
      draft,
      others: [...drafts.values()].filter((each) => each.id !== draft?.id).sort((a, b) => a.touched - b.touched),
      tried: draft !== null && tried === draft.id,
      last: draft === null && last?.call === id ? last : null,
      begin: () => { pick(anew()); },
      open: (other) => { setTried(null); setPicked({ call: picked.call, fresh: null, id: other }); },
      change: (by) => { if (draft && !waiting(draft)) save({ ...draft, ...by }); },
      discard: () => { if (draft && !waiting(draft)) { forms.discard(draft.id); pick(null); } },
      send: (proposal) => {
        if (!draft || waiting(draft) || (!written(draft))) return false;
        setTried(draft.id);
        if (Object.keys(wrongs(draft)).length > 0) return false;
        save(ready(draft, askedBy(draft, proposal)));
        return true;
      },
      join: (incident) => {
        const joins = draft?.stage === "writing" ? draft : anew();
        if (joins.call !== null || written(joins)) save(joining(joins, incident));
      },
      follow: (incident) => {
        const next = drafts.get(incident.id) ?? following(me.name, incident);
        forms.save(next);
        setTried(null);
        setPicked({ call: picked.call, fresh: null, id: next.id });
      },
    };
  }, [drafts, last, picked, tried, me.name, id, ani]);
}
