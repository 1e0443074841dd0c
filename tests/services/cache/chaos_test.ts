import assert from "node:assert/strict";
import { noRedis } from "../../support/redis.ts";
import { storm } from "./chaos.ts";

Deno.test({
  name:
    "Redis flushed, killed, frozen, slow and cut off while two nodes read and change: no read fails or is behind, and it is used again by itself",
  ignore: noRedis,
  fn: async () => {
    const { reads, writes, hits } = await storm({ rounds: 1, between: 60 });
    assert.ok(reads > 300 && writes > 30 && hits > 0, `${reads} reads, ${writes} writes, ${hits} hits`);
  },
});
