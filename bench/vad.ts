/**
 * What a window of speech detection costs, and what it does to the event loop. Run with `deno task bench -- vad [--quick]`.
 *
 * @module
 */

import type { VadEngine, VadStream } from "../audio/vad/engine.ts";
import { createSileroEngine } from "../audio/vad/silero.ts";
import { createWebrtcEngine } from "../audio/vad/webrtc.ts";
import { print } from "../tools/output.ts";
import { printMethod, quick } from "./support/report.ts";

const STREAMS = 50;
const ROUNDS = quick ? 2 : 5;
const LIVE_MS = quick ? 2000 : 6000;
const FRAME = 960;

const METHOD = `
Method
- Input: a buzz of 130 Hz with two formants, on and off, in a little noise; 16 kHz. Times are the best of ${ROUNDS} rounds after one to warm up.
- single: one stream is pushed 6 s at once; time from the first push to the last answer, by the number of windows. Copying to the worker
  and back is in it. No two windows of one stream can run together.
- batched: 50 streams are pushed 1.2 s each at once; the same division.
- live: 50 streams get a frame of 60 ms every 60 ms for ${LIVE_MS / 1000} s, evenly spread. delay is how late a timer of 2 ms, armed again
  and again, fires; answer is from the push that completes a window to its answer; both in ms. idle is the same without any stream.`;

const write = (line: string) => print(`${line}\n`);
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function sound(ms: number): Int16Array<ArrayBuffer> {
  let noise = 1;
  return Int16Array.from({ length: ms * 16 }, (_, index) => {
    noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
    const t = index / 16_000;
    const on = Math.sin(2 * Math.PI * 1.7 * t) > 0 ? 6000 : 0;
    const voice = Math.exp(-6 * ((t * 130) % 1)) * (Math.sin(2 * Math.PI * 650 * t) + 0.6 * Math.sin(2 * Math.PI * 1300 * t));
    return on * voice + (noise / 2 ** 31 - 1) * 60;
  });
}

/** Microseconds a window when `streams` streams get `ms` of sound at once. */
async function cost(engine: VadEngine, streams: number, ms: number): Promise<number> {
  const samples = sound(ms);
  const windows = Math.floor(samples.length / engine.windowSamples) * streams;
  let best = Infinity;
  for (let round = 0; round <= ROUNDS; round++) {
    let answers = 0;
    const done = Promise.withResolvers<void>();
    const open = Array.from({ length: streams }, () =>
      engine.open(() => {
        if (++answers === windows) done.resolve();
      }, done.reject));
    const start = performance.now();
    for (const stream of open) stream.push(samples);
    await done.promise;
    if (round > 0) best = Math.min(best, ((performance.now() - start) * 1000) / windows);
    for (const stream of open) stream[Symbol.dispose]();
  }
  return best;
}

interface Live {
  readonly delay: readonly string[];
  readonly answer: readonly string[];
}

/** The event loop while 50 streams run, or while none does. */
async function live(engine: VadEngine | undefined): Promise<Live> {
  const answers: number[] = [];
  const samples = sound(60);
  const streams = Array.from({ length: STREAMS }, () => openTimed(engine, answers));
  await wait(engine === undefined ? 0 : 500);
  const timer = watchLoop();
  const start = performance.now();
  for (let tick = 0; performance.now() - start < LIVE_MS; tick++) {
    streams[tick % STREAMS]?.push(samples);
    const ahead = start + ((tick + 1) * 60) / STREAMS - performance.now();
    if (ahead > 0) await wait(ahead);
  }
  const delays = await timer.stop();
  for (const stream of streams) stream[Symbol.dispose]();
  return { delay: summary(delays), answer: summary(answers) };
}

/** Median, 99th percentile and maximum. */
function summary(values: number[]): string[] {
  values.sort((a, b) => a - b);
  return [0.5, 0.99, 1].map((q) => (values[Math.min(values.length - 1, Math.floor(q * values.length))] ?? 0).toFixed(2));
}

/** Notes how late each of a chain of timers fires, in milliseconds. */
function watchLoop(): { stop(): Promise<number[]> } {
  const delays: number[] = [];
  const period = 2;
  let running = true;
  const chain = (async () => {
    while (running) {
      const due = performance.now() + period;
      await wait(period);
      delays.push(Math.max(0, performance.now() - due));
    }
    return delays;
  })();
  return {
    stop: () => {
      running = false;
      return chain;
    },
  };
}

/** A stream that notes, for each window, the milliseconds since the push that completed it. */
function openTimed(engine: VadEngine | undefined, answers: number[]): VadStream {
  const pushedAt: number[] = [];
  const stream = engine?.open(({ endSample }) => {
    answers.push(performance.now() - (pushedAt[Math.ceil(endSample / FRAME) - 1] ?? NaN));
  }, (error) => write(String(error)));
  return {
    push: (samples) => {
      pushedAt.push(performance.now());
      stream?.push(samples);
    },
    reset: () => stream?.reset(),
    [Symbol.dispose]: () => stream?.[Symbol.dispose](),
  };
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell, index) => index === 0 ? cell.padEnd(7) : cell.padStart(18)).join(" | ")} |`;
}

if (import.meta.main) {
  printMethod("Voice activity detection", METHOD);
  write(row(["engine", "single us/window", "batched us/window", "delay p50/p99/max", "answer p50/p99/max"]));
  write(row(["idle", "-", "-", (await live(undefined)).delay.join(" / "), "-"]));
  for (const make of [createSileroEngine, createWebrtcEngine]) {
    await using engine = make();
    const single = await cost(engine, 1, 6000);
    const batched = await cost(engine, STREAMS, 1200);
    const { delay, answer } = await live(engine);
    write(row([engine.name, single.toFixed(0), batched.toFixed(0), delay.join(" / "), answer.join(" / ")]));
  }
}
