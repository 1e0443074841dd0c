/**
 * What a 60 ms packet costs when 20 ms packets are regrouped, and when they are decoded and encoded again. Run with
 * `deno run -P=bench bench/repacketize.ts`.
 *
 * @module
 */

import type { OpusCodec } from "../audio/opus/codec.ts";
import { FrameStream } from "../audio/opus/frame_stream.ts";
import { loadOpus } from "../audio/opus/libopus.ts";
import { Repacketizer } from "../audio/opus/repacketize.ts";
import { print } from "../tools/output.ts";

const ROUNDS = 7;

const METHOD = `Method
- Input: a buzz of 130 Hz with two formants, on and off, in a little noise; 24 kHz, 20 ms packets, voice, 24 kbit/s, complexity 5.
- regrouped: the packets go through the repacketizer. transcoded: they are decoded to 24 kHz and encoded again as 60 ms packets of
  24 kbit/s, in this thread: the message to a worker and back is not in it.
- Times are microseconds for one 60 ms packet, the best of ${ROUNDS} rounds over 10 s of sound after one round to warm up. lossless is the part of the
  packets that needed no transcoding.
`;

const RATE = 24_000;
const SECONDS = 10;
const PACKETS = (SECONDS * 1000) / 60;

function sound(): Int16Array {
  let noise = 1;
  return Int16Array.from({ length: RATE * SECONDS }, (_, index) => {
    noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
    const t = index / RATE;
    const on = Math.sin(2 * Math.PI * 1.7 * t) > 0 ? 6000 : 0;
    const voice = Math.exp(-6 * ((t * 130) % 1)) * (Math.sin(2 * Math.PI * 650 * t) + 0.6 * Math.sin(2 * Math.PI * 1300 * t));
    return on * voice + (noise / 2 ** 31 - 1) * 60;
  });
}

async function encoded(codec: OpusCodec): Promise<Uint8Array<ArrayBuffer>[]> {
  using encoder = await codec.encoder({ sampleRate: RATE, frameMs: 20, complexity: 5, bitrate: 24_000 });
  const samples = sound();
  const frame = RATE / 50;
  return Array.from({ length: samples.length / frame }, (_, index) => encoder.encode(samples.subarray(index * frame, (index + 1) * frame)));
}

/** Best of the rounds, in microseconds a packet of 60 ms. */
async function cost(round: () => void | Promise<void>): Promise<number> {
  let best = Infinity;
  for (let index = 0; index <= ROUNDS; index++) {
    const start = performance.now();
    await round();
    if (index > 0) best = Math.min(best, ((performance.now() - start) * 1000) / PACKETS);
  }
  return best;
}

function losslessPart(packets: readonly Uint8Array<ArrayBuffer>[]): number {
  const repacketizer = new Repacketizer(60);
  const pieces = packets.flatMap((packet) => repacketizer.push(packet));
  return pieces.filter(({ kind }) => kind === "ready").length / pieces.length;
}

if (import.meta.main) {
  const codec = await loadOpus();
  const packets = await encoded(codec);
  print(METHOD);
  const regrouped = await cost(() => {
    const repacketizer = new Repacketizer(60);
    for (const packet of packets) repacketizer.push(packet);
    repacketizer.finish();
  });
  print(`regrouped                  ${regrouped.toFixed(2).padStart(8)} us   lossless ${(100 * losslessPart(packets)).toFixed(1)} %\n`);
  for (const complexity of [0, 5, 10]) {
    const transcoded = await cost(async () => {
      using stream = await FrameStream.open(codec, RATE, { sampleRate: RATE, frameMs: 60, complexity, bitrate: 24_000 });
      for (let index = 0; index < packets.length; index += 3) await stream.opus(packets.slice(index, index + 3));
      stream.finish();
    });
    print(
      `transcoded, complexity ${String(complexity).padEnd(2)}  ${transcoded.toFixed(2).padStart(8)} us   ${
        (transcoded / regrouped).toFixed(0)
      } times\n`,
    );
  }
}
