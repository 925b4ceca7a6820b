/** What the queries of holds are kept under. */
export const HOLDS_KEY = "holds";
