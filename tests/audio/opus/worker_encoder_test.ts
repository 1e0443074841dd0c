import assert from "node:assert/strict";
import fc from "fast-check";
import { loadOpus } from "../../../audio/opus/libopus.ts";
import { createFrameEncoder, type WorkerFrameEncoder } from "../../../audio/opus/worker_encoder.ts";
import { packetDurationMs } from "../../../audio/toc.ts";
import type { SpeechAudio } from "../../../audio/types.ts";

const FORMAT = { sampleRate: 24000, frameMs: 60 };
const OPTIONS = { workers: 1, complexity: 0, bitrate: 24000 };
const NEVER = new AbortController().signal;

function tone(samples: number, rate: number, hz = 440): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: samples }, (_, i) => Math.round(12000 * Math.sin((2 * Math.PI * hz * i) / rate)));
}

async function* chunked(samples: Int16Array, lengths: readonly number[] = [1000]): AsyncGenerator<Int16Array<ArrayBuffer>> {
  let offset = 0;
  for (let i = 0; offset < samples.length; i++) {
    const length = lengths[i % lengths.length]!;
    yield await Promise.resolve(samples.slice(offset, offset + length));
    offset += length;
  }
}

async function* listed<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

function pcm(sampleRate: number, samples: Int16Array, lengths?: readonly number[]): SpeechAudio {
  return { kind: "pcm", sampleRate, chunks: chunked(samples, lengths) };
}

/** Opus of a tone in packets of the given durations. */
async function opusPackets(durations: readonly number[], rate = 24000): Promise<Uint8Array<ArrayBuffer>[]> {
  const codec = await loadOpus();
  const packets = [];
  const encoders = new Map<number, Awaited<ReturnType<typeof codec.encoder>>>();
  let at = 0;
  const all = tone((rate * durations.reduce((a, b) => a + b, 0)) / 1000, rate);
  for (const frameMs of durations) {
    const encoder = encoders.get(frameMs) ?? await codec.encoder({ sampleRate: rate, frameMs, complexity: 5, bitrate: 32000 });
    encoders.set(frameMs, encoder);
    packets.push(encoder.encode(all.subarray(at, at + (rate * frameMs) / 1000)));
    at += (rate * frameMs) / 1000;
  }
  encoders.forEach((encoder) => encoder[Symbol.dispose]());
  return packets;
}

async function collect(encoder: WorkerFrameEncoder, audio: SpeechAudio, format = FORMAT): Promise<Uint8Array<ArrayBuffer>[]> {
  const packets = [];
  for await (const packet of encoder.encode(audio, format, { signal: NEVER })) packets.push(packet);
  return packets;
}

async function decode(packets: readonly Uint8Array[], rate: number): Promise<Int16Array> {
  using decoder = await (await loadOpus()).decoder(rate);
  return Int16Array.from(packets.flatMap((packet) => [...decoder.decode(packet)]));
}

/** Part of the power that is a tone of 440 Hz. */
function purity(samples: Int16Array, rate: number): number {
  const w = (2 * Math.PI * 440) / rate;
  let c = 0;
  let s = 0;
  let total = 0;
  samples.forEach((x, i) => {
    c += x * Math.cos(w * i);
    s += x * Math.sin(w * i);
    total += x * x;
  });
  return (2 * (c * c + s * s)) / samples.length / total;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(condition());
}

Deno.test("PCM of any rate in any pieces becomes whole frames, the last one filled up, with the sound intact", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  const rates = fc.constantFrom(8000, 16000, 22050, 24000, 44100, 48000);
  const formats = fc.constantFrom(FORMAT, { sampleRate: 16000, frameMs: 20 }, { sampleRate: 48000, frameMs: 40 });
  await fc.assert(
    fc.asyncProperty(
      rates,
      formats,
      fc.integer({ min: 1, max: 900 }),
      fc.array(fc.integer({ min: 1, max: 20000 }), { minLength: 1, maxLength: 4 }),
      async (rate, format, ms, lengths) => {
        const samples = tone(Math.ceil((rate * ms) / 1000), rate);
        const packets = await collect(encoder, pcm(rate, samples, lengths), format);
        const resampled = Math.ceil((samples.length * format.sampleRate) / rate);
        assert.equal(packets.length, Math.ceil(resampled / ((format.sampleRate * format.frameMs) / 1000)));
        assert.ok(packets.every((packet) => packetDurationMs(packet) === format.frameMs));
        if (ms < 400) return;
        const decoded = await decode(packets, format.sampleRate);
        assert.ok(purity(decoded.subarray(format.sampleRate / 10, 0.9 * resampled), format.sampleRate) > 0.95);
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("no audio makes no packets", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  assert.deepEqual(await collect(encoder, pcm(16000, new Int16Array())), []);
  assert.deepEqual(await collect(encoder, { kind: "opus", packets: listed([]) }), []);
});

Deno.test("a worker starts with the first audio that needs one, and none is left after disposal", async () => {
  const encoder = createFrameEncoder({ ...OPTIONS, workers: 2 });
  const packets = await opusPackets([60, 60]);
  assert.deepEqual(await collect(encoder, { kind: "opus", packets: listed(packets) }), packets);
  assert.equal(encoder.workers, 0);
  await collect(encoder, pcm(24000, tone(3000, 24000)));
  await collect(encoder, pcm(24000, tone(3000, 24000)));
  assert.equal(encoder.workers, 1);
  await encoder[Symbol.asyncDispose]();
  assert.equal(encoder.workers, 0);
  assert.equal(encoder.activeStreams, 0);
  await assert.rejects(collect(encoder, pcm(24000, tone(3000, 24000))), { code: "audio_closed" });
});

Deno.test("streams at the same time share the workers and do not disturb each other", async () => {
  await using encoder = createFrameEncoder({ ...OPTIONS, workers: 2 });
  const inputs = Array.from({ length: 6 }, (_, i) => tone(24000, 24000, 200 + 100 * i));
  const alone = [];
  for (const input of inputs) alone.push(await collect(encoder, pcm(24000, input)));
  const together = await Promise.all(inputs.map((input) => collect(encoder, pcm(24000, input, [700]))));
  assert.deepEqual(together, alone);
  assert.equal(encoder.workers, 2);
});

Deno.test("a consumer that stops pulling stops the producer", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  let produced = 0;
  async function* endless(): AsyncGenerator<Int16Array<ArrayBuffer>> {
    for (;;) {
      produced++;
      yield await Promise.resolve(new Int16Array(1440));
    }
  }
  const packets = encoder.encode({ kind: "pcm", sampleRate: 24000, chunks: endless() }, FORMAT, { signal: NEVER })[Symbol.asyncIterator]();
  for (let taken = 1; taken <= 20; taken++) {
    await packets.next();
    await new Promise((resolve) => setTimeout(resolve, 1));
    assert.ok(produced <= taken + 4, `${produced} produced, ${taken} taken`);
  }
  await packets.return?.();
  await until(() => encoder.activeStreams === 0);
});

Deno.test("a long piece is encoded bit by bit, not at once", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  const first = encoder.encode(pcm(24000, tone(24000 * 60, 24000), [24000 * 60]), FORMAT, { signal: NEVER })[Symbol.asyncIterator]();
  await first.next();
  const second = await collect(encoder, pcm(24000, tone(1440, 24000)));
  assert.equal(second.length, 1);
  await first.return?.();
});

Deno.test("an abort rejects with its reason at once, closes the source and frees the encoder, even when the source is stuck", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  const controller = new AbortController();
  const stuck = Promise.withResolvers<IteratorResult<Int16Array<ArrayBuffer>>>();
  let closed = false;
  let calls = 0;
  const chunks: AsyncIterable<Int16Array<ArrayBuffer>> = {
    [Symbol.asyncIterator]: () => ({
      next: () => calls++ === 0 ? Promise.resolve({ done: false, value: tone(1440, 24000) }) : stuck.promise,
      return: () => (closed = true, stuck.promise),
    }),
  };
  const packets = encoder.encode({ kind: "pcm", sampleRate: 24000, chunks }, FORMAT, { signal: controller.signal })[Symbol.asyncIterator]();
  await packets.next();
  assert.equal(encoder.activeStreams, 1);
  const pending = packets.next();
  const reason = new Error("barge-in");
  controller.abort(reason);
  await assert.rejects(pending, reason);
  assert.ok(closed);
  await until(() => encoder.activeStreams === 0);
  assert.equal(encoder.workers, 1);
});

Deno.test("an abort frees the encoder although nobody pulls, and packets already encoded are not given any more", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  const controller = new AbortController();
  const packets = encoder.encode(pcm(24000, tone(14400, 24000), [14400]), FORMAT, { signal: controller.signal })[Symbol.asyncIterator]();
  for (let i = 0; i < 2; i++) await packets.next();
  controller.abort(new Error("barge-in"));
  await until(() => encoder.activeStreams === 0);
  await assert.rejects(packets.next(), /barge-in/);
  await assert.rejects(async () => {
    for await (const _ of encoder.encode(pcm(24000, tone(9, 24000)), FORMAT, { signal: controller.signal })) assert.fail();
  }, /barge-in/);
});

Deno.test("what the source throws reaches the consumer, and the encoder is freed", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  async function* failing(): AsyncGenerator<Int16Array<ArrayBuffer>> {
    yield await Promise.resolve(tone(1440, 24000));
    throw new Error("voice service gone");
  }
  await assert.rejects(collect(encoder, { kind: "pcm", sampleRate: 24000, chunks: failing() }), /voice service gone/);
  await until(() => encoder.activeStreams === 0);
});

Deno.test("a crash of a worker rejects its streams, and the next call gets a new worker", async () => {
  const spawned: Worker[] = [];
  const spawn = () => {
    const worker = new Worker(new URL("../../../audio/opus/encoder_worker.ts", import.meta.url), { type: "module" });
    spawned.push(worker);
    return worker;
  };
  await using encoder = createFrameEncoder({ ...OPTIONS, spawn });
  const stream = () => encoder.encode(pcm(24000, tone(240000, 24000)), FORMAT, { signal: NEVER })[Symbol.asyncIterator]();
  const [one, two] = [stream(), stream()];
  await one.next();
  await two.next();
  assert.equal(encoder.activeStreams, 2);
  // A request without options is a fault inside the worker.
  spawned[0]?.postMessage({ type: "open", stream: 999 });
  await until(() => encoder.workers === 0);
  for (const broken of [one, two]) {
    await assert.rejects(async () => {
      for (let i = 0; i < 9; i++) await broken.next();
    }, { code: "encoder_crashed", retryable: true });
  }
  assert.equal(encoder.activeStreams, 0);
  assert.equal((await collect(encoder, pcm(24000, tone(2880, 24000)))).length, 2);
  assert.equal(spawned.length, 2);
});

Deno.test("a format that Opus lacks is refused without harm to other streams", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  const bad = { sampleRate: 22050, frameMs: 60 };
  await assert.rejects(collect(encoder, pcm(24000, tone(3000, 24000)), bad), { code: "opus_unsupported" });
  assert.equal((await collect(encoder, pcm(24000, tone(1440, 24000)))).length, 1);
  await until(() => encoder.activeStreams === 0);
});

Deno.test("Opus packets of other durations are merged or split with the sound intact", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  for (
    const [durations, frameMs, frames] of [[new Array(30).fill(20), 60, 10], [new Array(10).fill(60), 20, 30], [
      new Array(16).fill(40),
      60,
      11,
    ]] as const
  ) {
    const packets = await collect(encoder, { kind: "opus", packets: listed(await opusPackets(durations)) }, { sampleRate: 24000, frameMs });
    assert.equal(packets.length, frames);
    assert.ok(packets.every((packet) => packetDurationMs(packet) === frameMs));
    const decoded = await decode(packets, 24000);
    assert.ok(purity(decoded.subarray(2400, 13000), 24000) > 0.9);
  }
});

Deno.test("packets of the right duration go through untouched between others, when no re-cut frame is open", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  const input = await opusPackets([60, 60, 20, 40, 60, 40, 60, 20, 60, 20]);
  const output = await collect(encoder, { kind: "opus", packets: listed(input) });
  assert.equal(output.length, 8);
  for (const [at, from] of [[0, 0], [1, 1], [3, 4], [6, 8]] as const) assert.equal(output[at], input[from]);
  assert.ok(output.every((packet) => packetDurationMs(packet) === 60));
});

Deno.test("bytes that are no Opus packet end the stream with an AudioError", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  await assert.rejects(collect(encoder, { kind: "opus", packets: listed([new Uint8Array()]) }), { code: "opus_undecodable" });
});

Deno.test("packets whose frames can be regrouped need no worker and lose nothing; the rest of a frame at the end does", async () => {
  await using encoder = createFrameEncoder(OPTIONS);
  const singles = await opusPackets(new Array(9).fill(20), 16000);
  const regrouped = await collect(encoder, { kind: "opus", packets: listed(singles) });
  assert.equal(regrouped.length, 3);
  assert.deepEqual(await decode(regrouped, 16000), await decode(singles, 16000));
  assert.equal(encoder.workers, 0);
  const longer = await collect(encoder, { kind: "opus", packets: listed([...singles, singles[0]!]) });
  assert.deepEqual([longer.length, longer.slice(0, 3)], [4, regrouped]);
  assert.equal(encoder.workers, 1);
});
