import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem, UNREACHABLE } from "../../shared/api/problem";
import { inTime } from "../../shared/stored";
import { begin, type Draft } from "./draft";
import { Forms } from "./forms";
import type { Keeping } from "./keeping";
import { joining, ready, type Requests } from "./sending";

class Memory implements Keeping {
  readonly kept = new Map<string, Draft>();
  all = () => Promise.resolve([...this.kept.values()]);
  put = (draft: Draft) => { this.kept.set(draft.id, draft); return Promise.resolve(); };
  remove = (id: string) => { this.kept.delete(id); return Promise.resolve(); };
}

/** A centre that may be away, or lose its answer after it has done what was asked. */
class Centre implements Requests {
  away = false;
  losesAnswers = 0;
  refuses: Problem | null = null;
  readonly opened: string[] = [];
  readonly asked: (readonly [string, string])[] = [];
  readonly joined: string[] = [];

  open = (id: string) => this.#do(() => this.opened.push(id)).then(() => "2026-000001");
  ask = (id: string, key: string) => this.#do(() => this.asked.push([id, key]));
  join = (id: string) => this.#do(() => this.joined.push(id));

  #do(work: () => unknown): Promise<void> {
    if (this.away) return Promise.reject(new Problem(UNREACHABLE, 0));
    if (this.refuses && this.opened.length > 0) return Promise.reject(this.refuses);
    work();
    if (this.losesAnswers-- > 0) return Promise.reject(new Problem(UNREACHABLE, 0));
    return Promise.resolve();
  }
}

const channel = { postMessage: vi.fn(), addEventListener: vi.fn() };
const page = (keeping: Keeping, requests: Requests): Forms =>
  new Forms({ keeping, requests, channel, alone: (_, work) => work() });
const form = (): Draft => ({ ...begin("ayu", "call-1"), category: "kebakaran", description: "asap" });

describe("forms", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it("are there after a reload, of this person alone", async () => {
    const memory = new Memory();
    page(memory, new Centre()).save(form());
    await vi.advanceTimersByTimeAsync(0);
    memory.kept.set("other", { ...form(), id: "other", by: "budi" });
    const after = page(memory, new Centre());
    await after.of("ayu");
    expect([...after.shown().drafts.values()].map((draft) => draft.description)).toEqual(["asap"]);
  });

  it("that were typed while the desk's clock was not set are not taken for old ones", async () => {
    const memory = new Memory();
    for (const [id, touched] of [["unset", 5_000], ["old", Date.now() - 4 * 24 * 3600_000]] as const) memory.kept.set(id, { ...form(), id, touched });
    const forms = page(memory, new Centre());
    await forms.of("ayu");
    expect([...forms.shown().drafts.keys()]).toEqual(["unset"]);
  });

  it("that are empty are not kept", async () => {
    const memory = new Memory();
    page(memory, new Centre()).save(begin("ayu", "call-1"));
    await vi.advanceTimersByTimeAsync(0);
    expect(memory.kept.size).toBe(0);
  });

  it("are sent when the centre is back, by a page that was loaded again meanwhile", async () => {
    const [memory, centre] = [new Memory(), new Centre()];
    centre.away = true;
    const before = page(memory, centre);
    await before.of("ayu");
    before.save(ready(form(), null));
    await vi.advanceTimersByTimeAsync(30_000);
    expect([...memory.kept.values()].map((draft) => draft.stage)).toEqual(["opening"]);
    before.shown().drafts.forEach((draft) => { expect(draft.stage).toBe("opening"); });

    const after = page(memory, centre);
    await after.of("ayu");
    centre.away = false;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(centre.opened).not.toEqual([]);
    expect(memory.kept.size).toBe(0);
    expect(after.shown().drafts.size).toBe(0);
  });

  it("whose answer is lost are sent again under the same id and the same key", async () => {
    const [memory, centre] = [new Memory(), new Centre()];
    const forms = page(memory, centre);
    await forms.of("ayu");
    const draft = ready(form(), ["damkar"]);
    centre.losesAnswers = 1;
    forms.save(draft);
    await vi.advanceTimersByTimeAsync(0);
    centre.losesAnswers = 1;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(new Set(centre.opened)).toEqual(new Set([draft.id]));
    expect(new Set(centre.asked.map(([, key]) => key))).toEqual(new Set([draft.key]));
    expect(centre.opened.length + centre.asked.length).toBe(4);
    expect(memory.kept.size).toBe(0);
  });

  it("are sent again after a mistake nobody thought of", async () => {
    const [memory, centre] = [new Memory(), new Centre()];
    const forms = page(memory, centre);
    await forms.of("ayu");
    centre.open = vi.fn(centre.open).mockRejectedValueOnce(new TypeError("undefined is not a function"));
    forms.save(ready(form(), []));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(centre.opened).toHaveLength(1);
    expect(forms.shown().drafts.size).toBe(0);
  });

  it("whose agencies are refused stay open, with why, and ask those anew under another key", async () => {
    const [memory, centre] = [new Memory(), new Centre()];
    const forms = page(memory, centre);
    await forms.of("ayu");
    const first = ready(form(), ["damkar"]);
    centre.refuses = new Problem("refused", 422);
    forms.save(first);
    await vi.advanceTimersByTimeAsync(0);
    const stayed = forms.shown().drafts.get(first.id);
    expect(stayed).toMatchObject({ stage: "opened", number: "2026-000001" });
    expect(stayed?.problem).toBeTruthy();
    centre.refuses = null;
    forms.save(ready(stayed ?? first, ["pmi"]));
    await vi.advanceTimersByTimeAsync(0);
    expect(centre.opened).toEqual([first.id]);
    expect(centre.asked.map(([, key]) => key === first.key)).toEqual([false]);
    expect(forms.shown().drafts.size).toBe(0);
  });

  it("without agencies open the incident alone; joined ones open none", async () => {
    const centre = new Centre();
    const forms = page(new Memory(), centre);
    await forms.of("ayu");
    forms.save(ready(form(), []));
    forms.save(joining(form(), "incident-7"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect([centre.opened.length, centre.asked.length, centre.joined]).toEqual([1, 0, ["incident-7"]]);
  });

  it("wait for no store that hangs", async () => {
    const [memory, centre] = [new Memory(), new Centre()];
    const hangs = <T>(): Promise<T> => inTime(new Promise<T>(() => undefined));
    Object.assign(memory, { all: hangs, put: hangs });
    const forms = page(memory, centre);
    void forms.of("ayu");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(forms.shown()).toMatchObject({ read: true, unkept: true });
    forms.save(ready(form(), []));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(centre.opened).toHaveLength(1);
  });

  it("say so when the browser keeps nothing", async () => {
    const memory = new Memory();
    memory.put = () => Promise.reject(new Error("full"));
    const forms = page(memory, new Centre());
    await forms.of("ayu");
    forms.save(form());
    await vi.advanceTimersByTimeAsync(0);
    expect(forms.shown().unkept).toBe(true);
  });
});
