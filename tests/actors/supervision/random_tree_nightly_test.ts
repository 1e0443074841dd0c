import fc from "fast-check";
import { anyTree } from "./random_tree.ts";

Deno.test("in any tree, whatever fails, the rules of supervision hold, many times", async () => {
  await fc.assert(anyTree(60), { numRuns: 5000 });
});
