import assert from "node:assert/strict";
import { type SileroBatch, SileroBatcher } from "../../../audio/vad/silero_batcher.ts";

const WINDOW = 512;
const CONTEXT = 64;

/** Samples that say which stream they are of and where in it. */
const samples = (stream: number, from: number, count: number) =>
  Int16Array.from({ length: count }, (_, index) => stream * 100 + ((from + index) % 97));

/** A model whose new state is the old one plus the stream's own number, in both layers, so that states that mix are seen. */
function newState(batch: SileroBatch): Float32Array {
  return batch.state.map((value, index) => value + (batch.streams[Math.floor(index / 128) % batch.size] ?? 0));
}

Deno.test("a window comes with the 64 samples before it, zeros at first, as numbers from -1 to 1", () => {
  const batcher = new SileroBatcher();
  batcher.push(1, 0, samples(1, 0, 2 * WINDOW));
  const all = Array.from(samples(1, 0, 2 * WINDOW), (value) => Math.fround(value / 32_768));
  const first = batcher.take();
  batcher.commit(new Float32Array(256));
  const second = batcher.take();
  assert.deepEqual(Array.from(first?.input ?? []), [...new Array(CONTEXT).fill(0), ...all.slice(0, WINDOW)]);
  assert.deepEqual(Array.from(second?.input ?? []), all.slice(WINDOW - CONTEXT));
});

Deno.test("a batch has one window of each stream at most, and streams that wait come before streams that were served", () => {
  const batcher = new SileroBatcher();
  for (let stream = 0; stream < 100; stream++) batcher.push(stream, 0, samples(stream, 0, stream < 10 ? 3 * WINDOW : WINDOW));
  const served: number[][] = [];
  for (let batch: SileroBatch | undefined = batcher.take(); batch !== undefined; batch = batcher.take()) {
    assert.equal(new Set(batch.streams).size, batch.size);
    assert.ok(batch.size <= 64);
    served.push([...batch.streams]);
    batcher.commit(newState(batch));
  }
  assert.deepEqual(served.flat().length, 100 + 2 * 10);
  assert.ok(served[1]?.includes(99), "a stream with more to come does not push out one that has waited");
});

Deno.test("each stream keeps its own state, whoever it runs with", () => {
  const batcher = new SileroBatcher();
  const runs = new Map<number, number>();
  for (let round = 0; round < 5; round++) {
    for (let stream = 1; stream <= 70; stream += 1 + round) batcher.push(stream, 0, samples(stream, 0, WINDOW));
    for (let batch: SileroBatch | undefined = batcher.take(); batch !== undefined; batch = batcher.take()) {
      for (const [index, stream] of batch.streams.entries()) {
        const expected = stream * (runs.get(stream) ?? 0);
        for (const layer of [0, 1]) {
          const at: number = (layer * batch.size + index) * 128;
          assert.ok(batch.state.subarray(at, at + 128).every((value) => value === expected), `stream ${stream}`);
        }
        runs.set(stream, (runs.get(stream) ?? 0) + 1);
      }
      batcher.commit(newState(batch));
    }
  }
});

Deno.test("a dropped stream, and a new epoch, leave nothing behind, even while a batch of the old one runs", () => {
  for (const renew of [true, false]) {
    const batcher = new SileroBatcher();
    batcher.push(1, 0, samples(1, 0, 2 * WINDOW + 100));
    const running = batcher.take();
    assert.ok(running);
    if (renew) batcher.push(1, 1, samples(1, 0, WINDOW));
    else batcher.drop(1);
    batcher.commit(newState(running));
    const next = batcher.take();
    assert.deepEqual(next?.epochs, renew ? [1] : undefined);
    assert.ok((next?.state ?? new Float32Array()).every((value) => value === 0));
    assert.ok((next?.input.subarray(0, CONTEXT) ?? new Float32Array()).every((value) => value === 0));
    if (next !== undefined) batcher.commit(newState(next));
    assert.equal(batcher.take(), undefined);
  }
});
