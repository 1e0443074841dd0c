import assert from "node:assert/strict";
import { memoryLeases } from "../../../services/lease/memory.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { leaseContract } from "./contract.ts";

leaseContract("leases in memory", () => {
  const clock = new VirtualClock();
  const leases = memoryLeases(clock);
  return Promise.resolve({
    node: () => Promise.resolve(leases),
    elapse: (ms: number) => clock.advance(ms),
    [Symbol.asyncDispose]: () => leases[Symbol.asyncDispose](),
  });
});

Deno.test("leases in memory: tokens go on growing after a restart of the process", async () => {
  const clock = new VirtualClock();
  const before = await memoryLeases(clock).acquire("sync", "a", 1000);
  await clock.advance(1);
  const after = await memoryLeases(clock).acquire("sync", "a", 1000);
  assert.ok(after!.token > before!.token);
});
