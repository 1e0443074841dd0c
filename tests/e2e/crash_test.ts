import assert from "node:assert/strict";
import { print } from "../../tools/output.ts";
import { killServers } from "./crash.ts";

Deno.test("turns that were seen to end survive SIGKILL of the server exactly once, and nothing is left open (20 turns)", async () => {
  const outcome = await killServers({ devices: 6, turns: 20, kills: 3 });
  print(`${JSON.stringify(outcome)}\n`);
  assert.ok(outcome.seen >= 20);
});
