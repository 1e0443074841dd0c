// Runs alone: it keeps the machine busy for a minute and more.
import assert from "node:assert/strict";
import { print } from "../../tools/output.ts";
import { needs } from "../support/programs.ts";
import { noRedis } from "../support/redis.ts";
import { killServersAndStores } from "./crash_stores.ts";

Deno.test({
  ignore: needs("mariadbd").ignore || noRedis,
  name: "turns reach MySQL exactly once, row by row the same, although server, MySQL and Redis are killed at random (200 turns)",
  fn: async () => {
    const outcome = await killServersAndStores({ devices: 6, turns: 200, kills: 24 });
    print(`${JSON.stringify(outcome)}\n`);
    assert.ok(outcome.seen >= 200);
  },
});
