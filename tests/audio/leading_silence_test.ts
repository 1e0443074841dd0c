import assert from "node:assert/strict";
import fc from "fast-check";
import { LeadingSilence, MAX_LEADING_SILENCE_MS } from "../../audio/leading_silence.ts";

/** Samples that are silent but for a faint hiss, and loud from `at` on. */
function speechFrom(at: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, index) => index < at ? (index % 2 ? 30 : -30) : -9000);
}

Deno.test("the silence before speech is measured to the sample, however the audio is cut", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 20_000 }), fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 20 }), (at, cuts) => {
    const samples = speechFrom(at, 24_000);
    const measured = new LeadingSilence();
    const found: number[] = [];
    let from = 0;
    for (const cut of [...cuts, samples.length]) {
      const ms = measured.push(samples.subarray(from, from + cut), 16_000);
      if (ms !== undefined) found.push(ms);
      from += cut;
    }
    assert.equal(found.length, 1);
    assert.ok(Math.abs((found[0] ?? 0) - at / 16) < 1e-6);
    assert.ok(measured.over);
  }));
});

Deno.test("audio that stays silent has no measure, and is given up", () => {
  const measured = new LeadingSilence();
  assert.equal(measured.push(speechFrom(8000, 8000), 8000), undefined);
  assert.equal(measured.over, false);
  assert.equal(measured.push(speechFrom(Infinity, MAX_LEADING_SILENCE_MS * 8), 8000), undefined);
  assert.equal(measured.over, true);
  assert.equal(measured.push(speechFrom(0, 100), 8000), undefined);
});
