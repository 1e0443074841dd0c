import { checkInterleavings } from "./interleavings.ts";

Deno.test("any interleaving of commits, faults, crashes and restarts ends with every turn there once, in order per device", async () => {
  await checkInterleavings(30);
});
