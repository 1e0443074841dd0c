import assert from "node:assert/strict";
import { CAPACITY_MS, JitterBuffer, PREFILL_MS } from "../../../console/browser_device/jitter_buffer.ts";

/** One sample a millisecond keeps the numbers readable. */
const RATE = 1000;
/** What a browser asks for at once. */
const QUANTUM = 20;

function samples(from: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => from + index);
}

/** What is played in `ms` milliseconds. */
function play(buffer: JitterBuffer, ms: number): number[] {
  const played: number[] = [];
  for (let at = 0; at < ms; at += QUANTUM) {
    const out = new Float32Array(QUANTUM).fill(-1);
    buffer.pull(out);
    played.push(...out);
  }
  return played;
}

Deno.test("playing begins when enough waits, and keeps order across the end of the ring", () => {
  const buffer = new JitterBuffer(RATE);
  buffer.push(samples(1, 60));
  assert.deepEqual(play(buffer, 40), new Array(40).fill(0));
  buffer.push(samples(61, 60));
  assert.deepEqual(play(buffer, 120), [...samples(1, 120)]);
  for (let round = 0; round < 60; round++) {
    buffer.push(samples(1, PREFILL_MS));
    assert.deepEqual(play(buffer, PREFILL_MS), [...samples(1, PREFILL_MS)]);
  }
  assert.equal(buffer.length, 0);
  assert.equal(buffer.played, 61 * PREFILL_MS);
});

Deno.test("an answer that is shorter than what is waited for is played all the same", () => {
  const buffer = new JitterBuffer(RATE);
  buffer.push(samples(1, 40));
  assert.deepEqual(play(buffer, PREFILL_MS + 40).filter((sample) => sample !== 0), [...samples(1, 40)]);
});

Deno.test("a gap in an answer counts once, its end does not, and the next answer begins anew", () => {
  const buffer = new JitterBuffer(RATE);
  buffer.push(samples(1, 120));
  play(buffer, 300);
  assert.equal(buffer.underruns, 0);
  buffer.push(samples(1, 60));
  buffer.push(samples(61, 60));
  play(buffer, 300);
  assert.equal(buffer.underruns, 1);
  buffer.flush();
  buffer.push(samples(1, 120));
  play(buffer, 300);
  assert.equal(buffer.underruns, 1);
});

Deno.test("what finds no room is dropped whole and counted, and what waits can be thrown away", () => {
  const buffer = new JitterBuffer(RATE);
  buffer.push(samples(1, CAPACITY_MS - 30));
  buffer.push(samples(1, 60));
  assert.equal(buffer.dropped, 60);
  assert.equal(buffer.length, CAPACITY_MS - 30);
  play(buffer, QUANTUM);
  buffer.flush();
  assert.deepEqual(play(buffer, 200), new Array(200).fill(0));
});
