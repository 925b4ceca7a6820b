import { expect, test } from "vitest";
import { sipAddress } from "./address";

test("an account is one SIP address; what would end its parts is escaped", () => {
  expect(sipAddress("pos-1", "a:b@c/d e", { host: "112.example.id", port: 5061, transport: "tls" })).toBe(
    "sip:pos-1:a%3Ab%40c%2Fd%20e@112.example.id:5061;transport=tls",
  );
});

test.each(["", "a b", "host;x=1", "10.0.0.1/"])("no server %o, no address", (host) => {
  expect(sipAddress("pos-1", "secret", { host, port: 5061, transport: "tls" })).toBeNull();
});

test.each(["", 0, 70000, 1.5])("no port %o, no address", (port) => {
  expect(sipAddress("pos-1", "secret", { host: "[::1]", port, transport: "udp" })).toBeNull();
});
