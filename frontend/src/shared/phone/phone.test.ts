import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { choose, chosen, listed, meant, USUAL } from "./choice";
import { ANSWER_MS, EVERY_MS, Pulse } from "./pulse";
import { onlyG711 } from "./sdp";
import { PhoneSocket } from "./socket";
import { levelOf } from "./sounds";
import { lineOf, type PhoneState, withTrouble } from "./state";

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const OFFER = [
  "v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "a=mid:0",
  "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2",
  "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:13 CN/8000",
  "a=rtpmap:110 telephone-event/48000", "a=rtpmap:126 telephone-event/8000", "a=fmtp:126 0-16", "a=sendrecv", "",
].join("\r\n");

test("only G.711 and its keys are left of an offer", () => {
  const left = onlyG711(OFFER).split("\r\n");
  expect(left[1]).toBe("m=audio 9 UDP/TLS/RTP/SAVPF 0 8 126");
  expect(left.filter((line) => line.startsWith("a=rtpmap"))).toEqual([
    "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:126 telephone-event/8000",
  ]);
  expect(left).toContain("a=fmtp:126 0-16");
  expect(left.join()).not.toMatch(/opus|111|transport-cc/);
});

test("an offer without G.711 stays as it is: it is refused by who gets it, not silenced here", () => {
  const opus = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
  expect(onlyG711(opus)).toBe(opus);
});

test("G.711 is known by its static number too", () => {
  expect(onlyG711("m=audio 9 RTP/AVP 8 0 111\r\na=rtpmap:111 opus/48000/2\r\n")).toBe("m=audio 9 RTP/AVP 8 0\r\n");
});

test("a headset is found by its id, else by its name, and is remembered while it is away", () => {
  const [usb, other] = [{ id: "a", label: "USB" }, { id: "b", label: "Other" }];
  expect(meant(usb, [other, usb])).toBe(usb);
  expect(meant(usb, [{ id: "new", label: "USB" }])).toEqual({ id: "new", label: "USB" });
  expect(meant(usb, [other])).toBeNull();
  expect(meant(USUAL, [])).toEqual(USUAL);
  choose("microphone", usb);
  expect(chosen("microphone")).toEqual(usb);
  expect(chosen("speaker")).toEqual(USUAL);
});

test.each(["{", "null", "[]", "7", '{"id":3}'])("what is kept and is not ours counts for nothing: %s", (kept) => {
  localStorage.setItem("ct112.phone.microphone", kept);
  expect(chosen("microphone")).toEqual(USUAL);
});

test("the browser's aliases of a device are none", () => {
  const device = (deviceId: string, kind: MediaDeviceKind) => ({ deviceId, kind, label: deviceId }) as MediaDeviceInfo;
  const found = listed([device("default", "audioinput"), device("mic", "audioinput"), device("out", "audiooutput"), device("cam", "videoinput")]);
  expect(found).toEqual({ microphones: [{ id: "mic", label: "mic" }], speakers: [{ id: "out", label: "out" }] });
});

test("a socket that says nothing after it was asked is given up, one that says anything is not", () => {
  let [asked, silent, heardAt] = [0, 0, 0];
  const now = (): number => Date.now();
  const pulse = new Pulse({ ask: () => { asked += 1; }, heardAt: () => heardAt, silent: () => { silent += 1; } }, now);
  pulse.start();
  vi.advanceTimersByTime(EVERY_MS);
  heardAt = now() + 1;
  vi.advanceTimersByTime(ANSWER_MS);
  expect([asked, silent]).toEqual([1, 0]);
  vi.advanceTimersByTime(EVERY_MS);
  expect([asked, silent]).toEqual([2, 1]);
  pulse.stop();
  vi.advanceTimersByTime(10 * EVERY_MS);
  expect([asked, silent]).toEqual([2, 1]);
});

test("a dropped socket is gone at once and once, and what it says later is not heard", () => {
  const fake = { readyState: WebSocket.OPEN, close: vi.fn(), send: vi.fn() } as unknown as WebSocket;
  const socket = new PhoneSocket("wss://112.example.id:8089/ws", () => fake);
  const told: string[] = [];
  socket.onconnect = () => told.push("connected");
  socket.ondisconnect = (error) => told.push(error ? "lost" : "closed");
  socket.connect();
  fake.onopen?.call(fake, new Event("open"));
  socket.drop();
  socket.drop();
  expect(told).toEqual(["connected", "lost"]);
  expect([fake.onmessage, fake.onclose]).toEqual([null, null]);
  expect([socket.via_transport, socket.sip_uri]).toEqual(["WSS", "sip:112.example.id:8089;transport=ws"]);
});

test("one node that is ready is enough to be rung", () => {
  expect(lineOf([])).toBe("none");
  expect(lineOf(["lost", "ready"])).toBe("ready");
  expect(lineOf(["lost", "connecting"])).toBe("connecting");
  expect(lineOf(["lost", "refused"])).toBe("lost");
});

test("a trouble is there once, and goes", () => {
  const before = { troubles: [] } as unknown as PhoneState;
  const once = withTrouble(withTrouble(before, "no-sound", true), "no-sound", true);
  expect(once.troubles).toEqual(["no-sound"]);
  expect(withTrouble(once, "no-sound", false).troubles).toEqual([]);
  expect(withTrouble(once, "no-sound", true)).toBe(once);
});

test("a meter is empty in silence and full at full scale", () => {
  expect(levelOf(new Float32Array(100))).toBe(0);
  expect(levelOf([1, -1, 1, -1])).toBe(1);
  expect(levelOf([0.001, -0.001])).toBeCloseTo(0);
  expect(levelOf([0.1, -0.1])).toBeCloseTo(2 / 3);
});
