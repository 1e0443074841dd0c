import assert from "node:assert/strict";
import { killAndCheck } from "./crash.ts";

Deno.test("turns reported as committed survive SIGKILL exactly once, and nothing is left open (40 kills, 200 turns)", async () => {
  const { reported } = await killAndCheck(40, 5);
  assert.ok(reported >= 200);
});
