import assert from "node:assert/strict";
import { Backoff } from "../../../services/database/backoff.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const random = (value: number) => ({ next: () => value, bytes: (length: number) => new Uint8Array(length), uuid: () => "" });

Deno.test("the pause doubles with each failure up to 5 s, and an answer ends it", async () => {
  const clock = new VirtualClock();
  const backoff = new Backoff(clock, random(0));
  const pauses: number[] = [];
  assert.equal(backoff.waitMs, 0);
  for (let n = 0; n < 7; n++) {
    backoff.begin().failed();
    pauses.push(backoff.waitMs);
    await clock.advance(backoff.waitMs);
    assert.equal(backoff.waitMs, 0);
  }
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  backoff.begin().succeeded();
  assert.equal(backoff.waitMs, 0);
  backoff.begin().failed();
  assert.equal(backoff.waitMs, 250);
});

Deno.test("attempts that began together and all fail lengthen the pause once", () => {
  const backoff = new Backoff(new VirtualClock(), random(0));
  const together = [backoff.begin(), backoff.begin(), backoff.begin()];
  for (const attempt of together) attempt.failed();
  assert.equal(backoff.waitMs, 250);
});

Deno.test("after a pause one attempt is made while all others wait, and chance shortens a pause by half at most", async () => {
  const clock = new VirtualClock();
  const backoff = new Backoff(clock, random(1));
  backoff.begin().failed();
  assert.equal(backoff.waitMs, 125);
  await clock.advance(125);
  const probe = backoff.begin();
  assert.equal(backoff.waitMs, 250);
  probe.failed();
  assert.equal(backoff.waitMs, 250);
});
