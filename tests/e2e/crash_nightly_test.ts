// Runs alone: it keeps the machine busy for a minute and more.
import assert from "node:assert/strict";
import { print } from "../../tools/output.ts";
import { killServers } from "./crash.ts";

Deno.test("turns that were seen to end survive SIGKILL of the server exactly once, and nothing is left open (200 turns)", async () => {
  const outcome = await killServers({ devices: 6, turns: 200, kills: 25 });
  print(`${JSON.stringify(outcome)}\n`);
  assert.ok(outcome.seen >= 200);
});
