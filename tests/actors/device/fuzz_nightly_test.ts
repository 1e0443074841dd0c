/**
 * Random conversations, many and long.
 *
 * @module
 */

import fc from "fast-check";
import { anyConversation } from "./fuzz.ts";

Deno.test("whatever a device sends and the stages do, nothing crashes, nothing is stuck and nothing is left, many times", async () => {
  await fc.assert(anyConversation(60), { numRuns: 4000 });
});
