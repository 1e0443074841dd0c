import assert from "node:assert/strict";
import { SourceReader } from "../../../services/sync/reader.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { ListSource, MemoryArchive, MemoryCheckpoints, storedTurn } from "./support.ts";
import type { Harvest } from "../../../services/sync/source.ts";

const { signal } = new AbortController();
const tenure = (token = 1) => ({ token, valid: () => true });

function bench() {
  const source = new ListSource("a");
  const archive = new MemoryArchive();
  const checkpoints = new MemoryCheckpoints();
  const clock = new VirtualClock();
  return { source, archive, checkpoints, clock, reader: new SourceReader({ source, archive, checkpoints, clock }) };
}

Deno.test("a step applies a page and then keeps its checkpoint", async () => {
  const { source, archive, checkpoints, reader } = bench();
  source.records.push("one", "two", "three");
  assert.deepEqual(await reader.step(tenure(), signal), { kind: "read", added: 2, updated: 0, skipped: 0, more: true });
  assert.equal(checkpoints.kept.get("a"), "2");
  assert.equal((await reader.step(tenure(), signal) as { more: boolean }).more, false);
  assert.deepEqual(archive.texts, ["one|", "two|", "three|"]);
});

Deno.test("a page that cannot be applied is read again: the checkpoint stays", async () => {
  const { source, archive, checkpoints, reader } = bench();
  source.records.push("one");
  archive.before = () => {
    throw new Error("disk full");
  };
  await assert.rejects(reader.step(tenure(), signal), /disk full/);
  assert.equal(checkpoints.kept.size, 0);
  archive.before = () => {};
  await reader.step(tenure(), signal);
  assert.deepEqual(archive.texts, ["one|"]);
});

Deno.test("a leader that was paused and goes on after another took over keeps no checkpoint, and what it applies is there once", async () => {
  const { source, archive, checkpoints, reader, clock } = bench();
  source.records.push("one", "two");
  await checkpoints.claim(1);
  const paused = Promise.withResolvers<void>();
  archive.before = () => paused.promise;
  const old = reader.step(tenure(1), signal);
  await clock.advance(0);
  // The process stands still here; meanwhile the second node leads.
  archive.before = () => {};
  await checkpoints.claim(2);
  const second = new SourceReader({ source, archive, checkpoints, clock });
  await second.step(tenure(2), signal);
  source.records.push("three");
  await second.step(tenure(2), signal);
  paused.resolve();
  assert.deepEqual(await old, { kind: "fenced" });
  assert.equal(checkpoints.kept.get("a"), "3");
  assert.deepEqual(archive.texts, ["one|", "two|", "three|"]);
  assert.ok([...archive.inserts.values()].every((times) => times === 1));
});

Deno.test("a step stops writing when the lease has run out by the node's own clock", async () => {
  const { source, archive, checkpoints, reader } = bench();
  source.records.push("one");
  await assert.rejects(reader.step({ token: 1, valid: () => false }, signal), { code: "sync_not_leader" });
  assert.equal(archive.turns.size + checkpoints.kept.size, 0);
});

Deno.test("turns of a changing source are written when they are new or changed, not each time they are read", async () => {
  const { archive, checkpoints, clock } = bench();
  let text = "one";
  let applied = 0;
  archive.before = () => void applied++;
  const read = (): Promise<Harvest> => Promise.resolve({ turns: [{ turn: storedTurn("w:1", text, 1) }], checkpoint: "x", more: false });
  const reader = new SourceReader({ source: { name: "w", mutable: true, read }, archive, checkpoints, clock });
  for (let i = 0; i < 3; i++) await reader.step(tenure(), signal);
  assert.equal(applied, 1);
  text = "one, corrected";
  assert.equal((await reader.step(tenure(), signal) as { updated: number }).updated, 1);
  // Another node may have led in between: everything is compared again.
  await reader.step(tenure(2), signal);
  assert.equal(applied, 3);
  assert.deepEqual(archive.texts, ["one, corrected|"]);
});

Deno.test("a turn that turned out to be part of another one goes; one that never was there leaves no trace", async () => {
  const { archive, checkpoints, clock } = bench();
  const wrong = storedTurn("w:2", "an answer alone", 2);
  await archive.apply([{ turn: wrong }]);
  const read = (): Promise<Harvest> =>
    Promise.resolve({ turns: [{ turn: storedTurn("w:1", "both", 1) }], retracted: [wrong.turnId, "never"], checkpoint: "x", more: false });
  await new SourceReader({ source: { name: "w", mutable: true, read }, archive, checkpoints, clock }).step(tenure(), signal);
  assert.deepEqual(archive.texts, ["both|"]);
  assert.deepEqual([...archive.erased], [wrong.turnId]);
});

Deno.test("a long page is applied in pieces, between which others have their turn", async () => {
  const { archive, checkpoints, clock } = bench();
  const turns = Array.from({ length: 250 }, (_, i) => ({ turn: storedTurn(`l:${i}`, String(i), i) }));
  let batches = 0;
  archive.before = () => void batches++;
  const source = { name: "l", mutable: false, read: () => Promise.resolve({ turns, checkpoint: "x", more: false }) };
  const step = new SourceReader({ source, archive, checkpoints, clock }).step(tenure(), signal);
  await clock.advance(1);
  assert.equal((await step as { added: number }).added, 250);
  assert.equal(batches, 3);
});
