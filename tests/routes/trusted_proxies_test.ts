import assert from "node:assert/strict";
import fc from "fast-check";
import { isForwarded, isLoopback, trustedProxies } from "../../routes/trusted_proxies.ts";

const headers = (value: string) => new Headers({ "x-forwarded-for": value, "x-forwarded-host": "a.example, b.example" });

Deno.test("without trusted proxies, the peer is the client whatever the headers say", () => {
  const none = trustedProxies([]);
  fc.assert(fc.property(fc.ipV4(), fc.ipV4(), (peer, claimed) => {
    assert.equal(none.client(headers(claimed), peer), peer);
    assert.equal(none.forwarded(headers(claimed), peer, "host"), undefined);
  }));
});

Deno.test("behind trusted proxies, the client is the last address that none of them has", () => {
  const proxies = trustedProxies(["10.0.0.0/8", "fd00::/8", "192.0.2.1"]);
  assert.equal(proxies.client(headers("203.0.113.7"), "10.1.2.3"), "203.0.113.7");
  assert.equal(proxies.client(headers("1.2.3.4, 203.0.113.7, 10.9.9.9"), "10.1.2.3"), "203.0.113.7");
  assert.equal(proxies.client(headers("203.0.113.7"), "fd12::1"), "203.0.113.7");
  assert.equal(proxies.client(headers("203.0.113.7"), "::ffff:10.1.2.3"), "203.0.113.7");
  assert.equal(proxies.client(headers("2001:db8::1"), "192.0.2.1"), "2001:db8::1");
  assert.equal(proxies.client(headers("203.0.113.7"), "192.0.2.2"), "192.0.2.2");
});

Deno.test("a header that holds no address leaves the proxy as the client", () => {
  const proxies = trustedProxies(["10.0.0.0/8"]);
  for (const value of ["unknown", "", "a, b", "10.0.0.1"]) assert.match(proxies.client(headers(value), "10.1.2.3"), /^10\./);
  assert.equal(proxies.client(new Headers(), "10.1.2.3"), "10.1.2.3");
});

Deno.test("the first host that a trusted proxy forwards is taken", () => {
  assert.equal(trustedProxies(["10.0.0.0/8"]).forwarded(headers(""), "10.1.2.3", "host"), "a.example");
  assert.equal(trustedProxies(["10.0.0.0/8"]).forwarded(headers(""), "10.1.2.3", "proto"), undefined);
});

Deno.test("loopback is 127/8 and ::1, in either notation", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) assert.equal(isLoopback(address), true, address);
  for (const address of ["", "128.0.0.1", "127.evil.example", "::2", "::ffff:10.0.0.1"]) assert.equal(isLoopback(address), false, address);
});

Deno.test("every header by which proxies show themselves counts", () => {
  for (const name of ["Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Anything", "CF-Connecting-IP"]) {
    assert.equal(isForwarded(new Headers({ [name]: "x" })), true, name);
  }
  assert.equal(isForwarded(new Headers({ accept: "*/*", host: "localhost" })), false);
});
