/**
 * Commits, faults of the archive, crashes and restarts in any order: in the end every turn is there once, and in order per device.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { turn, turnId } from "../../services/history/contract.ts";
import type { ArchiveFault } from "./fake_archive.ts";
import { DeliveryBench } from "./bench.ts";

/** Something that happens. */
type Move =
  | { readonly kind: "commit"; readonly device: number; readonly count: number }
  | { readonly kind: "end"; readonly device: number }
  | { readonly kind: "faults"; readonly faults: readonly ArchiveFault[] }
  | { readonly kind: "always"; readonly fault: ArchiveFault }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "release" }
  | { readonly kind: "crash" }
  | { readonly kind: "restart"; readonly what: "delivery" | "process" | "drain" };

const fault: fc.Arbitrary<ArchiveFault> = fc.constantFrom("none", "unreachable", "refuse", "lost", "partial", "hang", "slow");
const device = fc.integer({ min: 1, max: 3 });

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("commit" as const), device, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("end" as const), device }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("faults" as const), faults: fc.array(fault, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("always" as const), fault }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 7, 500, 3_000, 61_000, 400_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("release" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("restart" as const), what: fc.constantFrom("delivery" as const, "process", "drain") }),
  },
);

/** Checks `runs` random interleavings. */
export async function checkInterleavings(runs: number): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 25 }), play), { numRuns: runs });
}

async function play(moves: readonly Move[]): Promise<void> {
  await using bench = await DeliveryBench.open();
  const committed = new Map<number, string[]>([[1, []], [2, []], [3, []]]);
  const ended = new Set<number>();
  let count = 0;
  for (const each of [1, 2, 3]) await bench.history.openSession({ ...ids(each), clientId: "c", startedAt: 1 });
  for (const move of moves) {
    switch (move.kind) {
      case "commit":
        for (let n = 0; n < move.count; n++) {
          committed.get(move.device)!.push(turnId(++count));
          await bench.history.commitTurn(turn(count, ids(move.device)));
        }
        break;
      case "end":
        ended.add(move.device);
        await bench.history.closeSession(ids(move.device).sessionId, 7, "idle");
        break;
      case "faults":
        bench.archive.faults.push(...move.faults);
        break;
      case "always":
        bench.archive.fault = move.fault;
        break;
      case "wait":
        await bench.clock.advance(move.ms);
        break;
      case "release":
        bench.archive.release();
        break;
      case "crash":
        bench.random = () => {
          bench.random = () => 0.5;
          throw new Error("A fault in the chart");
        };
        break;
      case "restart":
        await restart(bench, move.what);
        // A start finds sessions open and closes them.
        if (move.what === "process") { for (const each of [1, 2, 3]) ended.add(each); }
    }
  }
  bench.archive.faults.length = 0;
  bench.archive.fault = "none";
  bench.archive.release();
  await restart(bench, "delivery");
  await bench.clock.advance(60_000);
  const { depth, sessions, parked } = await bench.delivery.status();
  assert.deepEqual({ depth, sessions, parked }, { depth: 0, sessions: 0, parked: 0 });
  assert.equal(bench.archive.turns.length, count);
  const wasParked = bench.events.some(({ type }) => type === "parked");
  for (const [each, expected] of committed) {
    const there = bench.archive.ids(ids(each).deviceId);
    // What was refused alone, while the archive took others, was set aside and came later.
    assert.deepEqual(wasParked ? there.toSorted() : there, expected);
    const arrived = bench.archive.sessions.get(ids(each).sessionId);
    assert.equal(arrived?.endedAt !== undefined, ended.has(each) && expected.length > 0, "the end of a session with turns arrives");
  }
  const here = await bench.store.listTurns({ limit: Infinity });
  const there = bench.archive.turns.toSorted((a, b) => a.turnId < b.turnId ? -1 : 1);
  assert.deepEqual(there, here.toSorted((a, b) => a.turnId < b.turnId ? -1 : 1), "the content is the same");
}

function ids(device: number): { readonly sessionId: string; readonly deviceId: string } {
  return { sessionId: `session-${device}`, deviceId: `device-${device}` };
}

async function restart(bench: DeliveryBench, what: "delivery" | "process" | "drain"): Promise<void> {
  if (what === "drain") {
    const drained = bench.drain(2_000);
    await bench.clock.advance(2_000);
    await drained;
  }
  if (what === "process") {
    await bench.stop();
    await bench.start();
  } else {
    bench.stopDelivery();
    bench.startDelivery();
  }
}
