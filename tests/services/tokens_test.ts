import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import { systemRandom } from "../../base/random.ts";
import { createDeviceTokens, loadOrCreateKey } from "../../services/tokens.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

const key = new TextEncoder().encode("a key for the test");
const client = "7b94d69a-9808-4c59-9c9b-704333b38aff";
const device = "aa:bb:cc:dd:ee:ff";
const DAY_MS = 24 * 60 * 60 * 1000;

Deno.test("a token has the form of the stock server: base64url HMAC-SHA256 without padding, a dot, Unix seconds", () => {
  const clock = new VirtualClock(1_754_640_000_000);
  const hmac = createHmac("sha256", key).update(`${client}|${device}|1754640000`).digest("base64").replaceAll("+", "-").replaceAll(
    "/",
    "_",
  );
  assert.equal(createDeviceTokens({ key, clock }).issue(client, device), `${hmac.replaceAll("=", "")}.1754640000`);
});

Deno.test("an issued token is good for its client and device alone, and with its key alone", () => {
  const clock = new VirtualClock();
  const tokens = createDeviceTokens({ key, clock });
  const token = tokens.issue(client, device);
  assert.deepEqual(tokens.verify(token, client, device), { ok: true });
  assert.deepEqual(tokens.verify(token, "another", device), { ok: false, reason: "wrong" });
  assert.deepEqual(tokens.verify(token, client, "aa:bb:cc:dd:ee:00"), { ok: false, reason: "wrong" });
  const others = createDeviceTokens({ key: new Uint8Array(32), clock });
  assert.deepEqual(others.verify(token, client, device), { ok: false, reason: "wrong" });
});

Deno.test("any change of a token makes it bad", () => {
  const tokens = createDeviceTokens({ key, clock: new VirtualClock() });
  const token = tokens.issue(client, device);
  fc.assert(
    fc.property(fc.nat({ max: token.length - 1 }), fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }), (at, letter) => {
      // The last character of a base64url signature of 32 bytes carries two bits that say nothing.
      fc.pre(letter !== token[at] && at !== 42);
      assert.equal(tokens.verify(token.slice(0, at) + letter + token.slice(at + 1), client, device).ok, false);
    }),
  );
});

Deno.test("what is no token is refused and never throws", () => {
  const tokens = createDeviceTokens({ key, clock: new VirtualClock() });
  assert.deepEqual(tokens.verify("", client, device), { ok: false, reason: "missing" });
  fc.assert(fc.property(fc.string({ unit: "binary" }), (token) => !tokens.verify(token, client, device).ok));
});

Deno.test("a token never expires by default, and after ttlMs where one is set", async () => {
  const clock = new VirtualClock();
  const lasting = createDeviceTokens({ key, clock });
  const passing = createDeviceTokens({ key, clock, ttlMs: 30 * DAY_MS });
  const token = lasting.issue(client, device);
  await clock.advance(30 * DAY_MS);
  assert.equal(passing.verify(token, client, device).ok, true);
  await clock.advance(1000);
  assert.deepEqual(passing.verify(token, client, device), { ok: false, reason: "expired" });
  await clock.advance(3650 * DAY_MS);
  assert.equal(lasting.verify(token, client, device).ok, true);
});

Deno.test("a token from a far future is refused, one from just ahead of a stepped clock is not", () => {
  const ahead = (ms: number) => createDeviceTokens({ key, clock: new VirtualClock(Date.UTC(2026, 0, 1) + ms) }).issue(client, device);
  const tokens = createDeviceTokens({ key, clock: new VirtualClock(Date.UTC(2026, 0, 1)) });
  assert.deepEqual(tokens.verify(ahead(DAY_MS), client, device), { ok: false, reason: "future" });
  assert.deepEqual(tokens.verify(ahead(60_000), client, device), { ok: true });
});

Deno.test("the key is made once, with mode 600, and read afterwards", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const path = join(dataDir, "keys", "device-token.key");
    const first = await loadOrCreateKey(dataDir, systemRandom());
    assert.equal(first.length, 32);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.deepEqual(await loadOrCreateKey(dataDir, systemRandom()), first);
    assert.deepEqual([...Deno.readDirSync(join(dataDir, "keys"))].map(({ name }) => name), ["device-token.key"]);
    await Deno.chmod(path, 0o644);
    await loadOrCreateKey(dataDir, systemRandom());
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("starts at the same time agree on one key", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKey(dataDir, systemRandom())));
    for (const one of keys) assert.deepEqual(one, keys[0]);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("a spoiled key file is an error that says which file and what to do, never a new key", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(dataDir, "keys"));
    await Deno.writeTextFile(join(dataDir, "keys", "device-token.key"), "abc\n");
    await assert.rejects(loadOrCreateKey(dataDir, systemRandom()), { code: "token_key_malformed", message: /device-token\.key.*delete/ });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("a data directory that cannot be written is an error that says so", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assert.rejects(loadOrCreateKey(file, systemRandom()), { message: new RegExp(`Cannot (read|write) ${file}`) });
  } finally {
    await Deno.remove(file);
  }
});
