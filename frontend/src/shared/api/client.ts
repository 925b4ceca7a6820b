/**
 * The API, typed by its OpenAPI document. Every call is `await got(api.GET("/api/v1/…", {…}))`: it gives the answer's
 * body or throws a Problem.
 */
import createClient, { type FetchResponse } from "openapi-fetch";
import type { paths } from "./openapi";
import { Problem, problemOf, TOO_SLOW, UNREACHABLE } from "./problem";

const ANSWER_MS = 15_000;
const LARGE_MS = 60_000; // a photo over a poor network

/** Told of every problem: the session ends on "sign-in", the header shows what is away. */
type Listener = (problem: Problem) => void;
const listeners = new Set<Listener>();

export function onProblem(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For what is large, as `fetch` of one request: it takes its time over a poor network. */
export const patiently = (request: Request): Promise<Response> => fetchInTime(request, LARGE_MS);

async function fetchInTime(request: Request, ms: number = ANSWER_MS): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ms)]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw tell(silence(error));
  }
}

/** Nobody answered, or not in time. */
function silence(error: unknown): Problem {
  const slow = error instanceof DOMException && error.name === "TimeoutError";
  return new Problem(slow ? TOO_SLOW : UNREACHABLE, 0);
}

/** An answer that broke off half-way, or that is somebody else's (a page of the network's): nobody answered. */
function broken(error: unknown): never {
  const ours = error instanceof Problem || (error instanceof DOMException && error.name === "AbortError");
  throw ours ? error : tell(silence(error));
}

export const api = createClient<paths>({ credentials: "same-origin", fetch: (request) => fetchInTime(request) });

interface Answered<T> {
  readonly body: T;
  /** The version for `ifMatch` of a change made on this answer. */
  readonly version: string | null;
}

type Media = `${string}/${string}`;

/** The body of an answer. Throws Problem. */
export async function got<R extends Record<string | number, unknown>, O, M extends Media>(
  asked: Promise<FetchResponse<R, O, M>>,
): Promise<NonNullable<FetchResponse<R, O, M>["data"]>> {
  return (await gotVersion(asked)).body;
}

/** The body and its version (ETag). Throws Problem. */
export async function gotVersion<R extends Record<string | number, unknown>, O, M extends Media>(
  asked: Promise<FetchResponse<R, O, M>>,
): Promise<Answered<NonNullable<FetchResponse<R, O, M>["data"]>>> {
  const { data, error, response } = await asked.catch(broken);
  if (!response.ok) throw tell(problemOf(response, error));
  return { body: data as NonNullable<typeof data>, version: response.headers.get("ETag") };
}

/** The header of a change made on this version: a number as in the body, or an ETag as it came. */
export function ifMatch(version: number | string): { "If-Match": string } {
  return { "If-Match": typeof version === "number" ? `"${version}"` : version };
}

/** The header of a POST that makes something: the same key again makes nothing new. Keep it until it is answered. */
export function once(key: string): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}

export function newKey(): string {
  return crypto.randomUUID();
}

function tell(problem: Problem): Problem {
  for (const listener of listeners) listener(problem);
  return problem;
}
