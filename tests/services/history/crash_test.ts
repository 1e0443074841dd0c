import assert from "node:assert/strict";
import { killAndCheck } from "./crash.ts";

Deno.test("turns reported as committed survive SIGKILL exactly once, and nothing is left open (3 kills)", async () => {
  const { reported } = await killAndCheck(3, 7);
  assert.ok(reported >= 20);
});
