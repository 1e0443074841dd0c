import assert from "node:assert/strict";
import fc from "fast-check";
import { resample, Resampler } from "../../audio/resample.ts";
import { ResampleFilters, resampleLookAhead } from "../../audio/resample_filter.ts";

function tone(hz: number, rate: number, seconds: number, level = 16000): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: Math.round(rate * seconds) }, (_, i) => Math.round(level * Math.sin((2 * Math.PI * hz * i) / rate)));
}

/** Power of the best fitting sine of `hz`, and of all the rest. */
function split(samples: Int16Array, hz: number, rate: number): { signal: number; rest: number } {
  const w = (2 * Math.PI * hz) / rate;
  let c = 0;
  let s = 0;
  let total = 0;
  samples.forEach((x, i) => {
    c += x * Math.cos(w * i);
    s += x * Math.sin(w * i);
    total += x * x;
  });
  const signal = (2 * (c * c + s * s)) / samples.length;
  return { signal, rest: total - signal };
}

const db = (ratio: number) => 10 * Math.log10(ratio);
/** The middle of a recording in whole periods of 1 kHz at any of the rates: its edges hold the sound of switching on and off. */
const middle = (samples: Int16Array, rate: number) => samples.subarray(0.2 * rate, 0.8 * rate);

const RATIOS = [[22050, 24000], [24000, 16000], [16000, 24000], [48000, 16000], [44100, 24000], [8000, 48000], [11025, 24000], [
  22051,
  24000,
]];

Deno.test("a tone of 1 kHz keeps its level and has more than 80 dB over everything else, at every ratio", () => {
  for (const [from, to] of RATIOS as [number, number][]) {
    const { samples } = resample({ sampleRate: from, samples: tone(1000, from, 1) }, to);
    const { signal, rest } = split(middle(samples, to), 1000, to);
    assert.ok(db(signal / rest) > 80, `${from} to ${to}: ${db(signal / rest).toFixed(1)} dB`);
    assert.ok(Math.abs(db(signal / middle(samples, to).length / (16000 ** 2 / 2))) < 0.05, `${from} to ${to}: level`);
  }
});

Deno.test("what the lower rate cannot carry is at least 60 dB down", () => {
  for (const [from, to] of [[24000, 16000], [48000, 16000], [44100, 24000], [22050, 16000], [48000, 8000]] as [number, number][]) {
    for (const above of [1.01, 1.1, 1.3]) {
      const hz = (to / 2) * above;
      if (hz > from / 2) continue;
      const { samples } = resample({ sampleRate: from, samples: tone(hz, from, 1) }, to);
      const power = middle(samples, to).reduce((sum, x) => sum + x * x, 0) / (0.6 * to);
      assert.ok(db(power / (16000 ** 2 / 2)) < -60, `${hz} Hz from ${from} to ${to}: ${db(power / (16000 ** 2 / 2)).toFixed(1)} dB`);
    }
  }
});

Deno.test("images above the old Nyquist frequency are at least 60 dB down", () => {
  const { samples } = resample({ sampleRate: 16000, samples: tone(6000, 16000, 1) }, 24000);
  const { signal, rest } = split(middle(samples, 24000), 6000, 24000);
  assert.ok(db(signal / rest) > 60);
});

Deno.test("speech passes up to 0.8 of the lower Nyquist frequency within 1 dB", () => {
  const { samples } = resample({ sampleRate: 22050, samples: tone(0.8 * 8000, 22050, 1) }, 16000);
  const { signal } = split(middle(samples, 16000), 6400, 16000);
  assert.ok(Math.abs(db(signal / 9600 / (16000 ** 2 / 2))) < 1);
});

Deno.test("the length is exact and the samples do not depend on the pieces", () => {
  const rates = fc.constantFrom(8000, 11025, 16000, 22050, 24000, 44100, 48000);
  fc.assert(
    fc.property(
      fc.int16Array({ maxLength: 3000 }),
      fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 8 }),
      rates,
      rates,
      (input, cuts, from, to) => {
        const whole = resample({ sampleRate: from, samples: new Int16Array(input) }, to).samples;
        assert.equal(whole.length, Math.ceil((input.length * to) / from));
        const resampler = new Resampler(from, to);
        const out: number[] = [];
        let offset = 0;
        for (const cut of [...cuts, input.length]) {
          out.push(...resampler.push(input.subarray(offset, offset + cut)));
          offset = Math.min(input.length, offset + cut);
        }
        out.push(...resampler.flush());
        assert.deepEqual(out, [...whole]);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("output comes without delay: a step stays where it was", () => {
  const input = new Int16Array(2400);
  input.fill(10000, 1200);
  const { samples } = resample({ sampleRate: 24000, samples: input }, 48000);
  assert.ok(Math.abs(samples.findIndex((x) => x > 5000) - 2400) <= 1);
});

Deno.test("a constant stays constant and a full-scale square wave clips instead of wrapping", () => {
  const constant = resample({ sampleRate: 22050, samples: new Int16Array(4410).fill(1234) }, 24000).samples.subarray(100, -100);
  assert.ok(constant.every((x) => x === 1234));
  const square = Int16Array.from({ length: 4410 }, (_, i) => (i % 100 < 50 ? 32767 : -32768));
  const output = resample({ sampleRate: 22050, samples: square }, 24000).samples;
  const jumps = output.reduce((n, x, i) => n + (i > 0 && Math.abs(x - output[i - 1]!) > 60000 ? 1 : 0), 0);
  assert.ok(jumps <= 90, `${jumps} jumps for 88 edges`);
});

Deno.test("after flush the resampler is as new", () => {
  const resampler = new Resampler(22050, 24000);
  const run = () => [...resampler.push(tone(500, 22050, 0.05)), ...resampler.flush()];
  assert.deepEqual(run(), run());
});

Deno.test("streams that share filters give what each would give alone, more pairs of rates than are kept included", () => {
  const filters = new ResampleFilters();
  const pairs = [[22050, 24000], [16000, 24000], [22050, 24000], [48000, 16000], [44100, 24000], [11025, 16000], [22050, 24000]] as const;
  const shared = pairs.map(([from, to]) => new Resampler(from, to, filters));
  pairs.forEach(([from, to], index) => {
    const input = tone(500, from, 0.05);
    const alone = new Resampler(from, to);
    assert.deepEqual([...shared[index]!.push(input), ...shared[index]!.flush()], [...alone.push(input), ...alone.flush()]);
  });
});

Deno.test("with its look-ahead a frame of input completes a frame of output, and hardly more is asked for", () => {
  for (const from of [8000, 11025, 16000, 22050, 24000, 44100, 48000]) {
    for (const to of [16000, 24000, 48000]) {
      const outputs = (inputs: number) => new Resampler(from, to).push(new Int16Array(inputs)).length;
      const needed = Math.ceil(from * 0.06) + resampleLookAhead(from, to);
      assert.ok(outputs(needed) >= to * 0.06, `${from} to ${to}`);
      assert.ok(outputs(needed - 3) < to * 0.06, `${from} to ${to}`);
    }
  }
});

Deno.test("two streams between the same rates share one filter", () => {
  const filters = new ResampleFilters();
  assert.equal(filters.between(147, 160), filters.between(147, 160));
  assert.notEqual(filters.between(147, 160), filters.between(2, 3));
});

Deno.test("rates that make no sense are refused", () => {
  for (const rate of [0, -1, 1.5, NaN, 1e9]) {
    assert.throws(() => new Resampler(rate, 24000), { code: "resample_unsupported" });
    assert.throws(() => new Resampler(24000, rate), { code: "resample_unsupported" });
  }
});
