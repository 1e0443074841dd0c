/**
 * What every VAD engine must do.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { VadEngine, VadStream } from "../../../audio/vad/engine.ts";
import { concat, pinkNoise, silence } from "../../support/speech.ts";

/** A window as a listener hears it. */
export interface Heard {
  readonly probability: number;
  readonly endSample: number;
}

/** A stream and what it has said. */
export class Listening implements Disposable {
  readonly windows: Heard[] = [];
  readonly errors: unknown[] = [];
  readonly stream: VadStream;
  #wake: () => void = () => {};

  constructor(engine: VadEngine) {
    this.stream = engine.open((window) => {
      this.windows.push({ ...window });
      this.#wake();
    }, (error) => {
      this.errors.push(error);
      this.#wake();
    });
  }

  /** Waits until so many windows were heard, or an error. */
  async heard(count: number): Promise<readonly Heard[]> {
    while (this.windows.length < count && this.errors.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.windows;
  }

  [Symbol.dispose](): void {
    this.stream[Symbol.dispose]();
  }
}

/** Batches of other sizes round differently in the last bits. */
const ROUNDING = 1e-4;

/** Two runs heard the same. */
export function assertSameWindows(actual: readonly Heard[], expected: readonly Heard[]): void {
  assert.deepEqual(actual.map((window) => window.endSample), expected.map((window) => window.endSample));
  actual.forEach((window, index) => {
    const other = expected[index]?.probability ?? NaN;
    assert.ok(Math.abs(window.probability - other) <= ROUNDING, `window ${index}: ${window.probability} against ${other}`);
  });
}

/** Voice-like sound without a synthesiser: a buzz of 130 Hz with two formants, on and off, in a little noise. */
export function buzz(ms: number, seed: number): Int16Array<ArrayBuffer> {
  const noise = pinkNoise(ms, 60, seed);
  return noise.map((value, index) => {
    const t = index / 16_000;
    const on = Math.sin(2 * Math.PI * 1.7 * t + seed) > 0 ? 1 : 0;
    const pulse = (t * (120 + seed)) % 1;
    const voice = Math.exp(-6 * pulse) * (Math.sin(2 * Math.PI * 650 * t) + 0.6 * Math.sin(2 * Math.PI * 1300 * t));
    return value + 6000 * on * voice;
  });
}

/** Runs the contract over one engine. */
export function vadContract(name: string, make: () => VadEngine): void {
  const run = async (engine: VadEngine, samples: Int16Array<ArrayBuffer>, sizes: readonly number[] = [960]) => {
    using listening = new Listening(engine);
    pushInPieces(listening.stream, samples, sizes);
    await listening.heard(Math.floor(samples.length / engine.windowSamples));
    assert.deepEqual(listening.errors, []);
    return listening.windows;
  };

  Deno.test(`${name}: every whole window is reported once, in order, with its exact end and a probability`, async () => {
    await using engine = make();
    const windows = await run(engine, buzz(700, 1));
    assert.equal(windows.length, Math.floor((700 * 16) / engine.windowSamples));
    windows.forEach((window, index) => assert.equal(window.endSample, (index + 1) * engine.windowSamples));
    assert.ok(windows.every(({ probability }) => probability >= 0 && probability <= 1));
  });

  Deno.test(`${name}: pieces of odd sizes give what pieces of a frame give`, async () => {
    await using engine = make();
    const samples = buzz(900, 2);
    const expected = await run(engine, samples);
    assertSameWindows(await run(engine, samples, [1, 0, 479, 513, 7, 2000]), expected);
    assertSameWindows(await run(engine, samples, [samples.length]), expected);
  });

  Deno.test(`${name}: a view on a larger buffer is taken as the view, and may be changed after the push`, async () => {
    await using engine = make();
    const samples = buzz(600, 3);
    const expected = await run(engine, samples);
    const room = new Int16Array(5000).fill(9999);
    using listening = new Listening(engine);
    for (let at = 0; at < samples.length; at += 960) {
      const view = room.subarray(100, 100 + samples.subarray(at, at + 960).length);
      view.set(samples.subarray(at, at + 960));
      listening.stream.push(view);
      view.fill(-30_000);
    }
    assertSameWindows(await listening.heard(expected.length), expected);
  });

  Deno.test(`${name}: many streams at once hear what each hears alone`, async () => {
    await using engine = make();
    const inputs = Array.from({ length: 12 }, (_, index) => buzz(480 + 40 * index, index + 1));
    const alone = [];
    for (const samples of inputs) alone.push(await run(engine, samples));
    const streams = inputs.map(() => new Listening(engine));
    for (let at = 0; at < 16_000; at += 700) {
      streams.forEach(({ stream }, index) => stream.push(inputs[index]?.slice(at, at + 700) ?? new Int16Array()));
    }
    for (const [index, listening] of streams.entries()) {
      const expected = alone[index] ?? [];
      assertSameWindows(await listening.heard(expected.length), expected);
      listening[Symbol.dispose]();
    }
  });

  Deno.test(`${name}: after a reset nothing of before is reported and the state is fresh`, async () => {
    await using engine = make();
    const samples = buzz(600, 5);
    const expected = await run(engine, samples);
    using listening = new Listening(engine);
    // Once with answers under way, once with answers in and a part of a window waiting.
    for (const settle of [false, true]) {
      listening.stream.push(buzz(1000, 9));
      if (settle) await listening.heard(expected.length + 3);
      listening.stream.reset();
      listening.windows.length = 0;
      listening.stream.push(samples);
      assertSameWindows(await listening.heard(expected.length), expected);
    }
  });

  Deno.test(`${name}: nothing is reported during a push, and nothing after a disposal`, async () => {
    await using engine = make();
    using kept = new Listening(engine);
    const dropped = new Listening(engine);
    dropped.stream.push(buzz(600, 1));
    assert.equal(dropped.windows.length, 0);
    dropped[Symbol.dispose]();
    dropped[Symbol.dispose]();
    dropped.stream.push(buzz(600, 1));
    dropped.stream.reset();
    kept.stream.push(buzz(600, 1));
    await kept.heard(10);
    assert.deepEqual([dropped.windows, dropped.errors], [[], []]);
  });

  Deno.test(`${name}: a listener may reset or dispose of its own stream`, async () => {
    await using engine = make();
    const ends: number[] = [];
    const done = Promise.withResolvers<void>();
    let windows = 0;
    const stream = engine.open(({ endSample }) => {
      ends.push(endSample);
      windows++;
      if (windows === 2) {
        stream.reset();
        stream.push(buzz(200, 1));
      }
      if (windows === 4) {
        stream[Symbol.dispose]();
        done.resolve();
      }
    }, done.reject);
    stream.push(buzz(1000, 1));
    await done.promise;
    using other = new Listening(engine);
    other.stream.push(buzz(300, 1));
    await other.heard(5);
    assert.deepEqual(ends.map((end) => end / engine.windowSamples), [1, 2, 1, 2]);
  });

  Deno.test(`${name}: a stream that is fed faster than it can be worked off fails alone, once`, async () => {
    await using engine = make();
    using sound = new Listening(engine);
    using flooded = new Listening(engine);
    for (let second = 0; second < 12; second++) flooded.stream.push(silence(1000));
    await flooded.heard(1000);
    assert.equal(flooded.errors.length, 1);
    assert.equal((flooded.errors[0] as { code?: string }).code, "vad_overloaded");
    sound.stream.push(silence(200));
    await sound.heard(4);
    assert.deepEqual(sound.errors, []);
  });

  Deno.test(`${name}: after the engine is disposed of nothing is reported, and opening says so`, async () => {
    const engine = make();
    using listening = new Listening(engine);
    listening.stream.push(concat(silence(100), buzz(500, 1)));
    await engine[Symbol.asyncDispose]();
    const before = listening.windows.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(listening.windows.length, before);
    assert.deepEqual(listening.errors, []);
    assert.throws(() => engine.open(() => {}, () => {}), { code: "vad_closed" });
    await engine[Symbol.asyncDispose]();
  });
}

function pushInPieces(stream: VadStream, samples: Int16Array<ArrayBuffer>, sizes: readonly number[]): void {
  for (let at = 0, turn = 0; at < samples.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 960;
    stream.push(samples.slice(at, at + size));
    at += size;
  }
}
