import { beforeEach, expect, test, vi } from "vitest";

const jssip = vi.hoisted(() => ({ tries: 0, started: 0 }));
vi.mock("jssip", () => ({
  get default() {
    jssip.tries += 1;
    if (jssip.tries < 3) throw new TypeError("Failed to fetch dynamically imported module");
    return { UA: class { on = () => undefined; start = () => { jssip.started += 1; }; } };
  },
}));

/** A browser that plays nothing before the page is touched. */
class Silent {
  static touched = false;
  state = "suspended";
  resume = (): Promise<void> => {
    if (!Silent.touched) return new Promise(() => undefined);
    this.state = "running";
    return Promise.resolve();
  };
  suspend = (): Promise<void> => Promise.resolve();
}

const account = { user: "pos-1.web", sip_password: "x", urls: ["wss://node/ws"] };
const track = { stop: () => undefined, getSettings: () => ({}) };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Request", class extends Request { constructor(url: string, more?: RequestInit) { super(new URL(url, "http://localhost"), more); } });
  vi.stubGlobal("AudioContext", Silent);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(account)));
  Object.assign(navigator, {
    locks: { query: () => Promise.resolve({}), request: (_: string, __: object, work: () => Promise<void>) => work() },
    mediaDevices: { enumerateDevices: () => Promise.resolve([]), getUserMedia: () => Promise.resolve({ getAudioTracks: () => [track] }) },
  });
});

test("a phone says before the first call that its program is not there, and fetches it again, or that it rings unheard", async () => {
  const { phone } = await import("./phone");
  phone.sit("pos-1");
  await vi.advanceTimersByTimeAsync(4_000);
  expect([phone.state().troubles, jssip.started]).toEqual([["not-loaded", "sound-blocked"], 0]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([phone.state().troubles, jssip.started]).toEqual([["sound-blocked"], 1]);
  Silent.touched = true;
  await phone.again();
  expect(phone.state().troubles).toEqual([]);
});
