import assert from "node:assert/strict";
import { createOwnerCheck } from "../../routes/owner.ts";
import { trustedProxies } from "../../routes/trusted_proxies.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

const request = (password: string, more: Record<string, string> = {}) =>
  new Request("http://x/", { headers: { authorization: `Basic ${btoa(`owner:${password}`)}`, ...more } });

function scene(password = "right") {
  const clock = new VirtualClock();
  return { clock, check: createOwnerCheck({ password, proxies: trustedProxies(["10.0.0.1"]), clock }) };
}

Deno.test("an empty password opens nothing", () => {
  const { check } = scene("");
  assert.equal(check(request(""), "192.0.2.1").owner, false);
});

Deno.test("a password may hold colons and any character", () => {
  const password = "a:b:ü";
  const encoded = btoa(String.fromCharCode(...new TextEncoder().encode(`owner:${password}`)));
  const { check } = scene(password);
  assert.equal(check(new Request("http://x/", { headers: { authorization: `basic ${encoded}` } }), "192.0.2.1").owner, true);
});

Deno.test("the limit is each address's own and passes after a minute", async () => {
  const { clock, check } = scene();
  for (let i = 0; i < 10; i++) assert.deepEqual(check(request("no"), "192.0.2.1"), { owner: false, reason: "wrong" });
  await clock.advance(15_000);
  assert.deepEqual(check(request("right"), "192.0.2.1"), { owner: false, reason: "limited", retryAfterS: 45 });
  assert.deepEqual(check(request("right"), "192.0.2.2"), { owner: true, role: "operator", by: "password" });
  await clock.advance(45_000);
  assert.deepEqual(check(request("right"), "192.0.2.1"), { owner: true, role: "operator", by: "password" });
});

Deno.test("behind a trusted proxy the limit is the client's, not the proxy's", () => {
  const { check } = scene();
  for (let i = 0; i < 10; i++) check(request("no", { "x-forwarded-for": "192.0.2.1" }), "10.0.0.1");
  const verdict = (client: string) => check(request("right", { "x-forwarded-for": client }), "10.0.0.1").owner;
  assert.deepEqual([verdict("192.0.2.1"), verdict("192.0.2.2")], [false, true]);
});

Deno.test("the right password clears the count of mistypings", () => {
  const { check } = scene();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 9; i++) check(request("no"), "192.0.2.1");
    assert.equal(check(request("right"), "192.0.2.1").owner, true);
  }
});
