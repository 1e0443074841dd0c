/**
 * What every keeper of checkpoints does.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Checkpoints } from "../../../services/sync/source.ts";

/** A keeper over an empty table, made anew over the same table by `again`. */
export interface CheckpointsFixture extends AsyncDisposable {
  readonly checkpoints: Checkpoints;
  again(): Checkpoints;
}

/** Defines the tests. The keeper knows the sources `a` and `b`. */
export function testCheckpoints(name: string, open: () => Promise<CheckpointsFixture>, ignore = false): void {
  const test = (what: string, body: (fixture: CheckpointsFixture) => Promise<void>) =>
    Deno.test({
      name: `${name}: ${what}`,
      ignore,
      fn: async () => {
        await using fixture = await open();
        await body(fixture);
      },
    });

  test("a checkpoint that was saved is there again, also for another process", async ({ checkpoints, again }) => {
    assert.equal(await checkpoints.load("a"), undefined);
    assert.equal(await checkpoints.save("a", "one", 5), true);
    assert.equal(await checkpoints.save("a", "two ‘中文’", 5), true);
    assert.equal(await again().load("a"), "two ‘中文’");
    assert.equal(await again().load("b"), undefined);
  });

  test("saving the same again is no refusal", async ({ checkpoints }) => {
    for (let i = 0; i < 3; i++) assert.equal(await checkpoints.save("a", "one", 5), true);
  });

  test("a smaller token than the last saves nothing", async ({ checkpoints, again }) => {
    assert.equal(await checkpoints.save("a", "new", 6), true);
    assert.equal(await again().save("a", "old", 5), false);
    assert.equal(await again().load("a"), "new");
  });

  test("a leader that takes over bars the way at once, for every source, with or without a checkpoint", async ({ checkpoints, again }) => {
    assert.equal(await checkpoints.claim(5), true);
    assert.equal(await checkpoints.save("a", "by five", 5), true);
    assert.equal(await again().claim(6), true);
    assert.equal(await checkpoints.save("a", "late", 5), false);
    assert.equal(await checkpoints.save("b", "late", 5), false);
    assert.equal(await checkpoints.claim(5), false);
    assert.equal(await again().load("a"), "by five");
    assert.equal(await again().load("b"), undefined);
    assert.equal(await again().save("b", "by six", 6), true);
  });

  test("tokens as large as microseconds since 1970 are told apart", async ({ checkpoints }) => {
    const token = 1_795_000_000_000_001;
    assert.equal(await checkpoints.claim(token), true);
    assert.equal(await checkpoints.save("a", "x", token - 1), false);
    assert.equal(await checkpoints.save("a", "x", token), true);
  });
}
