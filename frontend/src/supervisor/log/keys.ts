/** What the queries of the shift log are kept under. */
export const LOG_KEY = "shift-log";
