import assert from "node:assert/strict";
import { killAndCompare } from "./kill.ts";

Deno.test("turns committed by a process that is killed while it delivers arrive exactly once (4 kills)", async () => {
  assert.ok(await killAndCompare(4, 20) >= 80);
});
