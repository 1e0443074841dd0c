import assert from "node:assert/strict";
import { noRedis } from "../../support/redis.ts";
import { storm } from "./chaos.ts";

Deno.test({
  name: "Redis flushed, killed, frozen, slow and cut off ten times while two nodes read and change: no read fails or is behind",
  ignore: noRedis,
  fn: async () => {
    const { reads, hits } = await storm({ rounds: 10, between: 1000 });
    assert.ok(reads > 30_000 && hits > 0, `${reads} reads, ${hits} hits`);
  },
});
