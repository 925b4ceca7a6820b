import { expect, it } from "vitest";
import { mapLink } from "./links";

it("opens the map app a phone has", () => {
  expect(mapLink(-6.8886, 109.6753, "Mozilla/5.0 (Linux; Android 14)")).toBe("geo:-6.888600,109.675300?q=-6.888600,109.675300");
  expect(mapLink(-6.8886, 109.6753, "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)")).toBe("maps:?q=-6.888600,109.675300");
});
