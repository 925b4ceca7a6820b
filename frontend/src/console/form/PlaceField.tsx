/** Where it is: as the caller says it, or a place of the map that is chosen while one types. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, got } from "../../shared/api/client";
import { Chooser } from "../Chooser";
import { FIELDS } from "../focus";
import { useConsoleWords } from "../words";
import type { Draft, PlaceFound } from "./draft";

const [PAUSE_MS, SHORTEST, LONGEST] = [200, 3, 200];

interface Given {
  draft: Draft;
  error: string | undefined;
  disabled: boolean;
  change: (by: Partial<Draft>) => void;
}

export function PlaceField({ draft, error, disabled, change }: Given) {
  const w = useConsoleWords().form;
  const found = usePlaces(draft.chosen ? "" : draft.place);
  const options = found.map((place) => ({ key: place.code, label: place.name, detail: place.area_name ?? undefined, place }));
  const { chosen } = draft;
  return (
    <Chooser label={w.place} text={draft.place} options={options} name={FIELDS.place} error={error} disabled={disabled}
      description={chosen ? w.chosen(chosen.name, chosen.area_name ?? "") : w.placeHelp}
      onText={(place) => { change({ place, chosen: null }); }}
      onPick={({ place }) => { change({ place: place.name, chosen: place }); }} />
  );
}

function usePlaces(text: string): readonly PlaceFound[] {
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => { setAsked(text.trim().slice(0, LONGEST)); }, PAUSE_MS);
    return () => { clearTimeout(timer); };
  }, [text]);
  const enough = text.trim().length >= SHORTEST && asked.length >= SHORTEST;
  const { data } = useQuery({
    queryKey: ["console", "places", asked],
    queryFn: () => got(api.GET("/api/v1/places", { params: { query: { q: asked, limit: 8 } } })),
    enabled: enough,
    retry: false,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  return enough ? data?.places ?? [] : [];
}
