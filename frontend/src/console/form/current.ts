/** Which form is before me: the one of my call, one that was opened again, or none. */
import { useMemo, useState } from "react";
import { useMe } from "../../shared/session/session";
import type { Call } from "../own";
import { begin, type Draft, waiting, written, wrongs } from "./draft";
import { askedBy, type Proposal } from "./proposal";
import { joining, ready } from "./sending";
import { forms, useForms } from "./store";

export interface Current {
  readonly draft: Draft | null;
  readonly others: readonly Draft[];
  readonly tried: boolean;
  readonly begin: () => void;
  readonly open: (id: string) => void;
  readonly change: (by: Partial<Draft>) => void;
  readonly discard: () => void;
  /** False: something has to be mended first. */
  readonly send: (proposal: Proposal) => boolean;
  readonly join: (incident: string) => void;
}

/** A new call has its own form; the one before stays among those that are not finished. */
export function useCurrent(call: Call | null): Current {
  const me = useMe();
  const { drafts, read } = useForms();
  const [picked, setPicked] = useState<{ call: string | null; fresh: Draft | null; id: string | null }>({ call: null, fresh: null, id: null });
  const [tried, setTried] = useState<string | null>(null);
  const id = call?.id ?? null;

  if (read && id !== null && id !== picked.call) {
    const kept = [...drafts.values()].find((each) => each.call === id);
    const fresh = kept ? null : begin(me.name, id, call?.ani ?? "");
    setPicked({ call: id, fresh, id: kept?.id ?? fresh?.id ?? null });
  }

  return useMemo(() => {
    const kept = picked.id === null ? undefined : drafts.get(picked.id);
    const fresh = picked.fresh?.id === picked.id ? picked.fresh : null;
    const draft = kept ?? fresh;
    const pick = (next: Draft | null): void => { setTried(null); setPicked({ call: picked.call, fresh: next, id: next?.id ?? null }); };
    const save = (next: Draft): void => {
      forms.save(next);
      if (next.id === picked.fresh?.id) setPicked({ ...picked, fresh: null });
    };
    return {
      draft,
      others: [...drafts.values()].filter((each) => each.id !== draft?.id).sort((a, b) => a.touched - b.touched),
      tried: draft !== null && tried === draft.id,
      begin: () => { pick(begin(me.name, null)); },
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
      join: (incident) => { save(joining(draft ?? begin(me.name, id), incident)); },
    };
  }, [drafts, picked, tried, me.name, id]);
}
