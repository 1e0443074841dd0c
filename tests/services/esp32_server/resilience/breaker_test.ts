import assert from "node:assert/strict";
import fc from "fast-check";
import { StageError } from "../../../../services/esp32_server/errors.ts";
import {
  BREAKER_DEFAULTS,
  type BreakerChange,
  BreakerOpenError,
  type BreakerTuning,
  CircuitBreaker,
} from "../../../../services/esp32_server/resilience/mod.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";

const DOWN = new StageError("chat", "unavailable", "Nobody answers");

function open(tuning: Partial<BreakerTuning> = {}, spread = 0) {
  const clock = new VirtualClock();
  const changes: BreakerChange[] = [];
  const random = { next: () => spread, bytes: (length: number) => new Uint8Array(length), uuid: () => "" };
  const breaker = new CircuitBreaker({ stage: "chat", provider: "far", clock, random, tuning, onChange: (c) => void changes.push(c) });
  return {
    clock,
    breaker,
    changes,
    fail: (error: unknown = DOWN) => breaker.enter().fail(error),
    succeed: () => breaker.enter().succeed(),
    told: () => changes.map(({ from, to, cooldownMs }) => [from, to, cooldownMs]),
  };
}

Deno.test("failures in a row open it; a success between them starts the count again", () => {
  const { breaker, fail, succeed } = open({ minimumCalls: 100 });
  for (let round = 0; round < 3; round++) {
    fail();
    fail();
    succeed();
  }
  assert.equal(breaker.state, "closed");
  for (let n = 0; n < 3; n++) fail();
  assert.equal(breaker.state, "open");
});

Deno.test("a failure rate opens it once there are enough calls in the window, and old calls are forgotten", async () => {
  const { breaker, clock, fail, succeed } = open({ consecutiveFailures: 100 });
  for (let n = 0; n < 4; n++) fail();
  for (let n = 0; n < 5; n++) succeed();
  assert.equal(breaker.state, "closed");
  await clock.advance(BREAKER_DEFAULTS.windowMs + 1);
  for (let n = 0; n < 4; n++) succeed();
  for (let n = 0; n < 5; n++) fail();
  assert.equal(breaker.state, "closed", "nine calls");
  fail();
  assert.equal(breaker.state, "open");
});

Deno.test("a health check that passes after one that failed ends the cool-down", async () => {
  const { breaker, clock, fail, succeed } = open();
  for (let n = 0; n < 3; n++) fail();
  breaker.checked(false);
  await clock.advance(1200);
  assert.equal(breaker.state, "open");
  breaker.checked(true);
  assert.deepEqual([breaker.state, breaker.remainingMs], ["half_open", 0]);
  succeed();
  assert.equal(breaker.state, "closed");
});

Deno.test("a check that lies costs one call: the cool-down after it is longer, and lasts until a check has failed again", async () => {
  const { breaker, clock, fail } = open();
  breaker.checked(false);
  for (let n = 0; n < 3; n++) fail();
  breaker.checked(true);
  fail();
  for (let n = 0; n < 5; n++) breaker.checked(true);
  assert.deepEqual([breaker.state, breaker.remainingMs], ["open", 2 * BREAKER_DEFAULTS.cooldownMs]);
  await clock.advance(1200);
  breaker.checked(false);
  breaker.checked(true);
  assert.equal(breaker.state, "half_open");
});

Deno.test("a health check that has passed all the while ends no cool-down, and changes nothing while the breaker is closed", () => {
  const { breaker, fail, told } = open();
  breaker.checked(false);
  breaker.checked(true);
  assert.deepEqual([breaker.state, told()], ["closed", []]);
  for (let n = 0; n < 3; n++) fail();
  breaker.checked(true);
  assert.equal(breaker.state, "open");
});

Deno.test("while it is open calls are refused with the time that is left, and nothing is armed", async () => {
  const { breaker, clock, fail } = open();
  for (let n = 0; n < 3; n++) fail();
  await clock.advance(2000);
  assert.throws(() => breaker.enter(), (error) => {
    assert.ok(error instanceof BreakerOpenError && error instanceof StageError);
    assert.equal(error.remainingMs, 3000);
    assert.deepEqual([error.stage, error.code, error.retryable, error.provider], ["chat", "chat_unavailable", true, "far"]);
    return true;
  });
  assert.equal(clock.armed, 0);
});

Deno.test("after the cool-down one probe goes through: its success closes, its failure opens for twice as long, up to the longest", async () => {
  const { breaker, clock, fail, succeed, told } = open({ cooldownMs: 1000, maxCooldownMs: 3000 });
  for (let n = 0; n < 3; n++) fail();
  for (const ms of [1000, 2000, 3000]) {
    await clock.advance(ms - 1);
    assert.equal(breaker.state, "open");
    await clock.advance(1);
    assert.equal(breaker.state, "half_open");
    fail();
  }
  await clock.advance(3000);
  succeed();
  assert.equal(breaker.state, "closed");
  for (let n = 0; n < 3; n++) fail();
  assert.deepEqual(told(), [
    ["closed", "open", 1000],
    ["open", "half_open", 0],
    ["half_open", "open", 2000],
    ["open", "half_open", 0],
    ["half_open", "open", 3000],
    ["open", "half_open", 0],
    ["half_open", "open", 3000],
    ["open", "half_open", 0],
    ["half_open", "closed", 0],
    ["closed", "open", 1000],
  ]);
});

Deno.test("half open, no more than the probes are let through at a time, and all of them must succeed", async () => {
  const { breaker, clock, fail } = open({ probes: 2, cooldownMs: 1000 });
  for (let n = 0; n < 3; n++) fail();
  await clock.advance(1000);
  const [one, two] = [breaker.enter(), breaker.enter()];
  assert.throws(() => breaker.enter(), BreakerOpenError);
  one.succeed();
  assert.equal(breaker.state, "half_open");
  assert.throws(() => breaker.enter(), BreakerOpenError);
  two.succeed();
  assert.equal(breaker.state, "closed");
});

Deno.test("a probe that ends without saying anything makes room for another, and so does one that is lost", async () => {
  const { breaker, clock, fail, succeed } = open({ cooldownMs: 1000, probeMs: 30_000 });
  for (let n = 0; n < 3; n++) fail();
  await clock.advance(1000);
  breaker.enter().release();
  breaker.enter().fail(new StageError("chat", "rejected", "Bad request"));
  breaker.enter();
  await clock.advance(29_999);
  assert.throws(() => breaker.enter(), (error) => error instanceof BreakerOpenError && error.remainingMs === 1);
  await clock.advance(1);
  succeed();
  assert.equal(breaker.state, "closed");
});

Deno.test("what speaks of the request or of the caller does not count", () => {
  const { breaker, fail } = open();
  const errors = [
    new StageError("chat", "rejected", "Bad request"),
    new StageError("chat", "too_large", "Too long"),
    new DOMException("Enough", "AbortError"),
    new BreakerOpenError("chat", "behind it", 5),
  ];
  for (const error of [...errors, ...errors]) fail(error);
  assert.equal(breaker.state, "closed");
  for (const error of [new TypeError("Bug"), new StageError("chat", "unauthorized", "No key"), DOWN]) fail(error);
  assert.equal(breaker.state, "open");
});

Deno.test("a pass counts once, and a call from before a change of state not at all", async () => {
  const { breaker, clock, fail } = open({ cooldownMs: 1000 });
  const twice = breaker.enter();
  for (let n = 0; n < 5; n++) twice.fail(DOWN);
  assert.equal(breaker.state, "closed");
  const early = breaker.enter();
  fail();
  fail();
  assert.equal(breaker.state, "open");
  await clock.advance(1000);
  const probe = breaker.enter();
  early.succeed();
  assert.equal(breaker.state, "half_open");
  probe.succeed();
  assert.equal(breaker.state, "closed");
});

Deno.test("cool-downs are spread by up to a fifth, and tripping opens at once", () => {
  const { breaker, told } = open({ cooldownMs: 1000 }, 1);
  breaker.trip(DOWN);
  breaker.trip(DOWN);
  assert.deepEqual(told(), [["closed", "open", 1200]]);
});

Deno.test("whatever happens, it is never shut for longer than the longest cool-down and its spread", async () => {
  const step = fc.oneof(
    fc.record({ call: fc.constantFrom("succeed" as const, "fail" as const, "release" as const, "lose" as const) }),
    fc.record({ wait: fc.integer({ min: 1, max: 100_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { breaker, clock } = open({ probeMs: 30_000 }, 0.999);
      for (const now of steps) {
        if ("wait" in now) {
          await clock.advance(now.wait);
          continue;
        }
        try {
          const pass = breaker.enter();
          if (now.call === "fail") pass.fail(DOWN);
          else if (now.call !== "lose") pass[now.call]();
        } catch (error) {
          assert.ok(error instanceof BreakerOpenError);
          assert.ok(error.remainingMs > 0 && error.remainingMs <= 1.2 * BREAKER_DEFAULTS.maxCooldownMs, String(error.remainingMs));
        }
      }
      await clock.advance(1.2 * BREAKER_DEFAULTS.maxCooldownMs);
      breaker.enter().succeed();
      assert.equal(breaker.state, "closed");
    }),
    { numRuns: 50 },
  );
});
