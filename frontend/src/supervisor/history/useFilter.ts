/** The filter of the address, and going to another one. */
import { useLocation, useSearch } from "wouter";
import { useLocationProperty } from "wouter/use-browser-location";
import { addressOf, type Filter, readAfter, readFilter } from "./filter";

const hash = (): string => location.hash;

export function useFilter(): { filter: Filter; after: string | null; address: string; go: (filter: Filter, after?: string) => void } {
  const search = useSearch();
  const behind = useLocationProperty(hash);
  const [, navigate] = useLocation();
  const filter = readFilter(search, behind);
  const after = readAfter(search);
  return { filter, after, address: addressOf(filter, after), go: (to, next) => { navigate(`/calls${addressOf(to, next)}`); } };
}
