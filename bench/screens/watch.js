// Runs in every page before the page's own scripts. Times are Date.now(): the clock of the kernel's packets.
window.bench = { frames: [], messages: [], invites: [], long: [], enters: [], revision: -1 };

new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) bench.long.push({ at: performance.timeOrigin + startTime, ms: duration });
}).observe({ type: "longtask", buffered: true });

addEventListener("keydown", ({ key }) => { if (key === "Enter") bench.enters.push(Date.now()); }, true);

window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    const path = new URL(given[0], location.href).pathname;
    if (given[1] === "sip") this.addEventListener("message", sip);
    else if (path === "/api/v1/live") this.addEventListener("message", told);
  }
};

function sip({ data }) {
  const text = typeof data === "string" ? data : new TextDecoder().decode(data);
  if (!text.startsWith("INVITE")) return;
  bench.invites.push({ at: Date.now(), user: /^From:.*?sip:([^@>]*)/im.exec(text)?.[1] ?? "" });
}

function told({ data }) {
  bench.revision = Number(/"revision":(\d+)/.exec(data)?.[1] ?? -1); // the message's own comes first
  bench.messages.push({ at: Date.now(), revision: bench.revision });
}

// What a frame shows is read as it is about to be painted; its time is taken once it was.
const shows = {
  console() {
    const one = (name) => document.querySelector(`[data-testid=${name}]`);
    const [call, duty] = [one("call"), one("duty")];
    return {
      call: call?.dataset.state ?? null,
      number: call?.querySelector("[data-testid=number]")?.textContent ?? null,
      duty: duty?.dataset.state ?? null,
      warned: duty === null || duty.querySelector("[role=alert]") !== null,
      line: one("phone-line")?.dataset.line ?? null,
      rings: one("phone-call")?.dataset.state === "ringing",
    };
  },
  wallboard() {
    const count = (name, at) => Number(document.querySelector(`[data-testid=${name}]`)?.children[at]?.textContent ?? NaN);
    return {
      waiting: ["emergency", "urgent", "information"].map((of) => count(`waiting-${of}`, 1)),
      seats: ["ready", "ringing", "on_call", "wrap_up", "paused", "resting"].map((of) => count(`seats-${of}`, 0)),
      clock: document.querySelector("h1")?.textContent ?? "",
    };
  },
};

const painted = new MessageChannel();
painted.port1.onmessage = ({ data }) => { bench.frames.push({ at: Date.now(), ...data }); };
let [last, asked] = ["", false];

function frame() {
  asked = false;
  const shown = shows[location.pathname.split("/")[1]]?.();
  const text = JSON.stringify(shown);
  if (shown === undefined || text === last) return;
  last = text;
  painted.port2.postMessage({ revision: bench.revision, shown });
}

new MutationObserver(() => {
  if (asked) return;
  asked = true;
  requestAnimationFrame(frame);
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
