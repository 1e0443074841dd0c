import assert from "node:assert/strict";
import fc from "fast-check";
import { Application, createDecoder, createEncoder } from "libopus-wasm";
import { AudioError } from "../../../audio/errors.ts";
import { joinFrames, splitFrames } from "../../../audio/opus/packet_frames.ts";
import { repacketize, type Repacketized, Repacketizer } from "../../../audio/opus/repacketize.ts";
import { packetDurationMs, readToc } from "../../../audio/toc.ts";

type Packet = Uint8Array<ArrayBuffer>;

/** What a property makes packets of. */
interface Source {
  readonly rate: 8000 | 16000 | 24000 | 48000;
  readonly frameMs: number;
  readonly vbr: boolean;
  readonly dtx: boolean;
  readonly voice: boolean;
  readonly bitrate: number;
  readonly level: number;
  readonly channels?: 1 | 2;
}

const source: fc.Arbitrary<Source> = fc.record({
  rate: fc.constantFrom(8000, 16000, 24000, 48000),
  frameMs: fc.constantFrom(2.5, 5, 10, 20, 40, 60),
  vbr: fc.boolean(),
  dtx: fc.boolean(),
  voice: fc.boolean(),
  bitrate: fc.constantFrom(12_000, 16_000, 24_000, 40_000, 96_000),
  level: fc.constantFrom(3000, 9000),
});

/** A voice-like buzz with pauses of a second, so that DTX sets in, and noise, so that nothing is too easy. */
function sound(rate: number, ms: number, level: number): Int16Array {
  let noise = 1;
  return Int16Array.from({ length: (rate * ms) / 1000 }, (_, index) => {
    noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
    const t = index / rate;
    if (t % 1.6 > 0.6) return 0;
    const buzz = Math.exp(-6 * ((t * 130) % 1)) * (Math.sin(2 * Math.PI * 650 * t) + 0.6 * Math.sin(2 * Math.PI * 1300 * t));
    return level * (buzz + 0.1 * (noise / 2 ** 31 - 1));
  });
}

async function encoded(from: Source, ms: number): Promise<Packet[]> {
  const channels = from.channels ?? 1;
  const frameSize = (from.rate * from.frameMs) / 1000;
  using encoder = await createEncoder({
    sampleRate: from.rate,
    channels,
    frameSize,
    application: from.voice ? Application.Voip : Application.Audio,
    bitrate: from.bitrate,
    vbr: from.vbr,
    dtx: from.dtx,
    complexity: 3,
  });
  const mono = sound(from.rate, ms, from.level);
  const samples = channels === 1 ? mono : Int16Array.from({ length: 2 * mono.length }, (_, index) => mono[index >> 1] ?? 0);
  const step = frameSize * channels;
  return Array.from(
    { length: Math.floor(samples.length / step) },
    (_, index) => encoder.encode(samples.slice(index * step, (index + 1) * step)) as Packet,
  );
}

/** Everything that one decoder makes of packets one after the other, before and after it is cut to 16 bit. */
async function decoded(packets: readonly Packet[]): Promise<{ readonly float: Float32Array; readonly int: Int16Array }> {
  using first = await createDecoder({ channels: 1, sampleRate: 48000 });
  using second = await createDecoder({ channels: 1, sampleRate: 24000 });
  return {
    float: joined(Float32Array, packets.map((packet) => first.decodeFloat(packet))),
    int: joined(Int16Array, packets.map((packet) => second.decode(packet))),
  };
}

function joined<T extends Float32Array | Int16Array>(array: new (length: number) => T, parts: readonly T[]): T {
  const all = new array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((offset, part) => (all.set(part, offset), offset + part.length), 0);
  return all;
}

function regroup(packets: readonly Packet[], ms: number): Repacketized[] {
  const repacketizer = new Repacketizer(ms);
  return [...packets.flatMap((packet) => repacketizer.push(packet)), ...repacketizer.finish()];
}

function packetsOf(pieces: readonly Repacketized[]): Packet[] {
  return pieces.flatMap((piece) => piece.kind === "ready" ? [piece.packet] : [...piece.packets]);
}

Deno.test("real packets regrouped to any duration decode to the very same samples", async () => {
  let ready = 0;
  let silent = 0;
  await fc.assert(
    fc.asyncProperty(source, fc.constantFrom(20, 40, 60, 120), async (from, ms) => {
      const packets = await encoded(from, 1800);
      const pieces = regroup(packets, ms);
      for (const piece of pieces) {
        if (piece.kind === "recut") continue;
        assert.equal(packetDurationMs(piece.packet), ms);
        assert.equal(readToc(piece.packet)?.stereo, false);
        ready++;
      }
      silent += packets.filter(({ length }) => length <= 3).length;
      assert.deepEqual(await decoded(packetsOf(pieces)), await decoded(packets));
    }),
    { numRuns: 60, seed: 7 },
  );
  assert.ok(ready > 500 && silent > 20, `${ready} packets regrouped, ${silent} of them DTX`);
});

Deno.test("packets whose frames divide the wanted duration are all regrouped without loss when the configuration stays", async () => {
  const celt = { rate: 48000, vbr: true, dtx: false, voice: false, bitrate: 96_000, level: 6000 } as const;
  for (const frameMs of [2.5, 5, 10, 20]) {
    for (const ms of [20, 40, 60]) {
      const pieces = regroup(await encoded({ ...celt, frameMs }, 600), ms);
      assert.deepEqual(pieces.map(({ kind }) => kind), new Array(600 / ms).fill("ready"));
    }
  }
});

Deno.test("packets of several frames are split, and split packets come together again as they were", async () => {
  const packets = await encoded({ rate: 48000, frameMs: 60, vbr: true, dtx: false, voice: false, bitrate: 64_000, level: 6000 }, 600);
  const singles = packetsOf(regroup(packets, 20));
  assert.equal(singles.length, 30);
  assert.deepEqual(packetsOf(regroup(singles, 60)), packets);
});

Deno.test("a packet that is right already goes through as the same object, one with padding without it", async () => {
  const [packet] = await encoded({ rate: 16000, frameMs: 60, vbr: true, dtx: false, voice: true, bitrate: 16_000, level: 6000 }, 60);
  const { head, frames } = splitFrames(packet!);
  assert.equal(frames.length, 1);
  const [same] = regroup([packet!], 60);
  assert.ok(same?.kind === "ready" && same.packet === packet);
  const padded = Uint8Array.from([head | 3, 0x41, 200, ...frames[0]!, ...new Array(200).fill(0)]);
  assert.deepEqual(packetsOf(regroup([padded], 60)), [packet]);
});

const SILK_20 = 9 << 3;
const CELT_20 = 31 << 3;
const SILK_40 = 10 << 3;
const frame = (head: number, byte: number): Packet => Uint8Array.of(head, byte, byte, byte);

Deno.test("a change of configuration inside a group gives that group back with the packet before it, and no other group", () => {
  const heads = [SILK_20, SILK_20, SILK_20, SILK_20, CELT_20, CELT_20, CELT_20, CELT_20, CELT_20];
  const packets = heads.map((head, index) => frame(head, index));
  const pieces = regroup(packets, 60);
  assert.deepEqual(pieces.map(({ kind }) => kind), ["ready", "recut", "ready"]);
  const [first, second] = pieces;
  assert.ok(first?.kind === "ready" && second?.kind === "recut");
  assert.equal(second.reason, "config_change");
  assert.equal(second.before, first.packet);
  assert.deepEqual(second.packets, packets.slice(3, 6));
});

Deno.test("a group that begins inside a packet is found although the packets do not end where groups end", () => {
  const two = (head: number, byte: number) => joinFrames(head, [Uint8Array.of(byte), Uint8Array.of(byte, byte)]);
  const pieces = regroup([two(CELT_20, 1), two(CELT_20, 2), two(CELT_20, 3)], 60);
  assert.deepEqual(pieces.map((piece) => piece.kind === "ready" && splitFrames(piece.packet).frames.map((f) => [...f])), [
    [[1], [1, 1], [2]],
    [[2, 2], [3], [3, 3]],
  ]);
});

Deno.test("frames that end where no packet may end are given back until the ends meet again", () => {
  const pieces = regroup([40, 40, 40, 20, 20, 20].map((ms, index) => frame(ms === 40 ? SILK_40 : SILK_20, index)), 60);
  assert.deepEqual(
    pieces.map((piece) => piece.kind === "ready" ? "ready" : [piece.reason, piece.packets.length, piece.before]),
    [["duration", 2, undefined], ["duration", 1, undefined], "ready"],
  );
});

Deno.test("a frame longer than the wanted packet is given back", () => {
  const [piece] = regroup([frame(SILK_40, 1)], 20);
  assert.ok(piece?.kind === "recut" && piece.reason === "duration");
});

Deno.test("what does not fill a packet at the end is given back", () => {
  const pieces = regroup([1, 2, 3, 4].map((byte) => frame(CELT_20, byte)), 60);
  assert.deepEqual(pieces.map((piece) => piece.kind === "ready" ? "ready" : piece.reason), ["ready", "unfinished"]);
});

Deno.test("two channels are given back, even in packets of the wanted duration", async () => {
  const stereo = { rate: 48000, frameMs: 20, vbr: true, dtx: false, voice: false, bitrate: 96_000, level: 6000, channels: 2 } as const;
  const pieces = regroup(await encoded(stereo, 120), 20);
  assert.equal(pieces.length, 6);
  assert.ok(pieces.every((piece) => piece.kind === "recut" && piece.reason === "stereo"));
});

Deno.test("whatever the durations, the pieces hold every frame once and in order", () => {
  const head = fc.constantFrom(SILK_20, SILK_40, CELT_20, CELT_20 | 4, 11 << 3, 28 << 3, 29 << 3);
  const packet = fc.tuple(head, fc.array(fc.uint8Array({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 2 }));
  fc.assert(fc.property(fc.array(packet, { maxLength: 30 }), fc.constantFrom(20, 40, 60, 100, 120), (drafts, ms) => {
    const packets = drafts.map(([head, frames]) => joinFrames(head, frames));
    const flat = (list: readonly Packet[]) => list.flatMap((p) => splitFrames(p).frames.map((f) => [splitFrames(p).head, ...f]));
    assert.deepEqual(flat(packetsOf(regroup(packets, ms))), flat(packets));
  }));
});

Deno.test("any bytes end in packets or in an AudioError", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 8 }), fc.constantFrom(20, 60), (packets, ms) => {
      const repacketizer = new Repacketizer(ms);
      for (const packet of packets) {
        try {
          for (const piece of repacketizer.push(packet)) {
            if (piece.kind === "ready") assert.equal(packetDurationMs(piece.packet), ms);
          }
        } catch (error) {
          assert.ok(error instanceof AudioError, String(error));
        }
      }
      repacketizer.finish();
    }),
    { numRuns: 2000 },
  );
});

Deno.test("durations that no packet has are refused", () => {
  for (const ms of [0, -20, 3, 122.5, NaN, Infinity]) assert.throws(() => new Repacketizer(ms), { code: "opus_unsupported" });
});

Deno.test("a stream is regrouped while it arrives, and leaving it closes its source", async () => {
  let given = 0;
  let closed = false;
  async function* endless(): AsyncGenerator<Packet> {
    try {
      for (;;) yield await Promise.resolve(frame(CELT_20, given++));
    } finally {
      closed = true;
    }
  }
  for await (const piece of repacketize(endless(), 60)) {
    assert.equal(piece.kind, "ready");
    break;
  }
  assert.equal(given, 3);
  assert.ok(closed);
});
