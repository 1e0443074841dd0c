/**
 * Random conversations, a few: the gate's share of fuzz_nightly_test.ts.
 *
 * @module
 */

import fc from "fast-check";
import { anyConversation } from "./fuzz.ts";

Deno.test("whatever a device sends and the stages do, nothing crashes, nothing is stuck and nothing is left", async () => {
  await fc.assert(anyConversation(20), { numRuns: 200 });
});
