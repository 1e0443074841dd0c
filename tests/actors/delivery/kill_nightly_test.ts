import assert from "node:assert/strict";
import { killAndCompare } from "./kill.ts";

Deno.test("turns committed by a process that is killed while it delivers arrive exactly once (40 kills, 1,000 turns)", async () => {
  assert.ok(await killAndCompare(40, 25) >= 1000);
});
