import assert from "node:assert/strict";
import fc from "fast-check";
import { createEncoder, getPacketInfo } from "libopus-wasm";
import { packetDurationMs, packetSamples, readToc } from "../../audio/toc.ts";

Deno.test("an empty packet has no table of contents and no duration", () => {
  assert.equal(readToc(new Uint8Array()), undefined);
  assert.equal(packetDurationMs(new Uint8Array()), 0);
  assert.equal(packetSamples(new Uint8Array(), 16000), 0);
});

Deno.test("DTX packets of one to three bytes keep their full duration", () => {
  assert.equal(packetDurationMs(Uint8Array.of(11 << 3)), 60);
  assert.equal(packetSamples(Uint8Array.of(11 << 3), 16000), 960);
  assert.equal(packetDurationMs(Uint8Array.of(9 << 3, 0)), 20);
  assert.equal(packetDurationMs(Uint8Array.of((9 << 3) | 1)), 40);
  assert.equal(packetDurationMs(Uint8Array.of((9 << 3) | 3, 3)), 60);
  assert.equal(packetDurationMs(Uint8Array.of((9 << 3) | 2, 0)), 40);
});

Deno.test("layouts that RFC 6716 forbids are refused", () => {
  assert.equal(readToc(Uint8Array.of((9 << 3) | 1, 1)), undefined, "two equal frames of an odd number of bytes");
  assert.equal(readToc(Uint8Array.of((9 << 3) | 2)), undefined, "no length of the first frame");
  assert.equal(readToc(Uint8Array.of((9 << 3) | 2, 5, 1)), undefined, "first frame longer than the packet");
  assert.equal(readToc(Uint8Array.of((9 << 3) | 3)), undefined, "no frame count");
  assert.equal(readToc(Uint8Array.of((9 << 3) | 3, 0)), undefined, "zero frames");
  assert.equal(readToc(Uint8Array.of((11 << 3) | 3, 3)), undefined, "three frames of 60 ms are over 120 ms");
  assert.equal(readToc(new Uint8Array(1277)), undefined, "a frame over 1275 bytes");
  assert.equal(readToc(Uint8Array.of((9 << 3) | 3, 0x41, 5, 1)), undefined, "padding longer than the packet");
});

Deno.test("the table of contents of what libopus encodes says what was encoded", async () => {
  for (const sampleRate of [8000, 16000, 24000, 48000] as const) {
    for (const ms of [2.5, 5, 10, 20, 40, 60]) {
      using encoder = await createEncoder({ channels: 2, sampleRate, frameSize: (sampleRate * ms) / 1000 });
      const packet = encoder.encode(new Int16Array((sampleRate * ms * 2) / 1000));
      assert.equal(packetDurationMs(packet), ms);
      assert.equal(packetSamples(packet, 48000), ms * 48);
    }
  }
});

Deno.test("any bytes are judged and timed as libopus judges and times them", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.tuple(fc.nat(255), fc.constantFrom(3, 0x43, 0x83, 0xc3), fc.uint8Array({ maxLength: 30 })).map(([config, head, rest]) =>
      Uint8Array.of(config | 3, head, ...rest)
    ),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (packet) => {
      const theirs = await getPacketInfo(packet).catch(() => undefined);
      const ours = readToc(packet);
      assert.equal(ours?.durationMs, theirs?.durationMs);
      assert.equal(ours?.frames, theirs?.frames);
      assert.equal(ours?.stereo, theirs && theirs.channels === 2);
    }),
    { numRuns: 2000 },
  );
});
