/** A list that comes by pages, as a whole: admins look for something in it. */

interface Page {
  readonly next: string | null;
}

export const PAGE = 500;
/** So many at most: a list of more is no list for a person. */
const MOST_PAGES = 20;

export async function everyPage<P extends Page, T>(
  ask: (after: string | undefined) => Promise<P>,
  items: (page: P) => readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  let after: string | undefined;
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await ask(after);
    found.push(...items(page));
    if (page.next === null) break;
    after = page.next;
  }
  return found;
}

/** The query of a page: no `after` for the first. */
export function pageQuery(after: string | undefined): { limit: number; after?: string } {
  return after === undefined ? { limit: PAGE } : { limit: PAGE, after };
}
