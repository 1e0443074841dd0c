import fc from "fast-check";
import { anyTree } from "./random_tree.ts";

Deno.test("in any tree, whatever fails, no child lives twice, nobody runs without what it relies on, and a stop leaves nothing", async () => {
  await fc.assert(anyTree(12), { numRuns: 200 });
});
